import type { Router } from 'h3'
import * as v from 'valibot'
import { errors } from '../errors.ts'
import { readFields, route } from '../http/route.ts'
import type { Context } from '../context.ts'
import { isEmail } from './fields.ts'

const fields = v.object({ email_address: v.string() })

/** Joining the waitlist, where one waits to sign up. */
export function addWaitlistRoute(router: Router, ctx: Context) {
  router.post('/v1/waitlist', route(async (event) => {
    if (ctx.settings.signUpMode !== 'waitlist') throw errors.waitlistClosed()
    const { email_address: address } = await readFields(event, fields)
    if (!isEmail(address)) throw errors.formatInvalid('email_address', 'email_address must be a valid email address.')
    return { object: 'waitlist_entry', id: ctx.waitlist.join(address).id }
  }))
}
