import * as v from 'valibot'
import { demoCode, type LocalClerk } from '#local-clerk/index.ts'

const answer = v.looseObject({
  response: v.nullish(v.looseObject({ id: v.optional(v.string()) })),
  client: v.nullish(v.looseObject({ last_active_session_id: v.nullable(v.string()) })),
})

/** Calls what the local Clerk serves of the Frontend API, as clerk-js does: forms, and the real verb in `_method`. */
export async function driveFrontend(clerk: LocalClerk): Promise<void> {
  const { token: browser } = v.parse(v.object({ token: v.string() }), await (await fetch(`${clerk.url}/v1/dev_browser`, { method: 'POST' })).json())

  let session = ''

  async function call(method: string, path: string, fields: Record<string, string> | FormData = {}, wanted = 200) {
    const address = new URL(`${clerk.url}/v1${path}`)
    address.searchParams.set('__clerk_db_jwt', browser)
    if (method !== 'GET') address.searchParams.set('_method', method)
    const response = await fetch(address, {
      method: method === 'GET' ? 'GET' : 'POST',
      headers: { origin: 'http://localhost:3000' },
      body: method === 'GET' ? undefined : fields instanceof FormData ? fields : new URLSearchParams(fields),
    })
    if (response.status !== wanted) throw new Error(`${method} ${path}: ${response.status} instead of ${wanted}. ${await response.text()}`)
    const parsed = v.safeParse(answer, await response.json())
    if (!parsed.success) return ''
    session = parsed.output.client?.last_active_session_id ?? session
    return parsed.output.response?.id ?? ''
  }
  const code = { strategy: 'email_code', code: demoCode }

  await call('GET', '/environment')
  await call('GET', '/tickets/accept?ticket=none', {}, 400)
  await call('PATCH', '/environment')
  await call('GET', '/client')
  await call('PUT', '/client')
  await call('GET', '/me', {}, 401)

  const signUp = await call('POST', '/client/sign_ups', { first_name: 'Nell', email_address: 'nell@example.com', password: 'long-enough-1' })
  await call('GET', `/client/sign_ups/${signUp}`)
  await call('PATCH', `/client/sign_ups/${signUp}`, { last_name: 'Day' })
  await call('POST', `/client/sign_ups/${signUp}/prepare_verification`, { strategy: 'email_code' })
  await call('POST', `/client/sign_ups/${signUp}/attempt_verification`, { strategy: 'email_code', code: '111111' }, 422)
  await call('POST', `/client/sign_ups/${signUp}/attempt_verification`, code)

  await call('GET', '/client')
  await call('GET', `/client/sessions/${session}`)
  await call('POST', `/client/sessions/${session}/touch`)
  await call('POST', `/client/sessions/${session}/tokens`)
  await call('GET', '/me')
  await call('PATCH', '/me', { first_name: 'Nella', username: 'nella' })
  await call('PATCH', '/me', { username: '-' }, 422)
  await call('PATCH', '/me/metadata', { unsafe_metadata: '{"a":1}' })
  const address = await call('POST', '/me/email_addresses', { email_address: 'nell@example.org' })
  await call('GET', '/me/email_addresses')
  await call('GET', `/me/email_addresses/${address}`)
  await call('POST', `/me/email_addresses/${address}/prepare_verification`, { strategy: 'email_code' })
  await call('POST', `/me/email_addresses/${address}/attempt_verification`, code)
  await call('DELETE', `/me/email_addresses/${address}`)
  const picture = new FormData()
  picture.set('file', new Blob([new Uint8Array([0x89, 0x50, 0x4E, 0x47])], { type: 'image/png' }), 'face.png')
  await call('POST', '/me/profile_image', picture)
  await call('DELETE', '/me/profile_image')
  await call('POST', '/me/change_password', { current_password: 'long-enough-1', new_password: 'long-enough-2' })
  await call('GET', '/me/sessions/active')
  await call('GET', '/me/sessions')
  await call('POST', '/waitlist', { email_address: 'ned@example.com' }, 403)
  for (const name of ['organization_memberships', 'organization_invitations', 'organization_suggestions', 'enterprise_connections']) await call('GET', `/me/${name}`)
  await call('POST', `/client/sessions/${session}/end`)

  const signIn = () => call('POST', '/client/sign_ins', { identifier: 'nell@example.com' })
  const first = await signIn()
  await call('GET', `/client/sign_ins/${first}`)
  await call('POST', `/client/sign_ins/${first}/attempt_first_factor`, { strategy: 'password', password: 'wrong' }, 422)
  await call('POST', `/client/sign_ins/${first}/attempt_first_factor`, { strategy: 'password', password: 'long-enough-2' })
  await call('POST', `/client/sessions/${session}/remove`)

  const forgotten = await signIn()
  const factor = { strategy: 'reset_password_email_code' }
  await call('POST', `/client/sign_ins/${forgotten}/prepare_first_factor`, factor)
  await call('POST', `/client/sign_ins/${forgotten}/attempt_first_factor`, { ...factor, code: demoCode })
  await call('POST', `/client/sign_ins/${forgotten}/reset_password`, { password: 'long-enough-3' })
  await call('DELETE', '/client/sessions')
  await call('POST', '/client/sign_ins', { identifier: 'nell@example.com', password: 'long-enough-3' })
  await call('DELETE', '/client')
  const last = await signIn()
  await call('POST', `/client/sign_ins/${last}/prepare_first_factor`, { strategy: 'email_code' })
  await call('POST', `/client/sign_ins/${last}/attempt_first_factor`, code)
  await call('POST', `/me/sessions/${session}/revoke`)
  const again = await signIn()
  await call('POST', `/client/sign_ins/${again}/attempt_first_factor`, { strategy: 'password', password: 'long-enough-3' })
  await call('DELETE', '/me')
}
