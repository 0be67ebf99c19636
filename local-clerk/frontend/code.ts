import { errors } from '../errors.ts'
import { newId } from '../state/ids.ts'
import type { Context } from '../types.ts'

/** The code of every e-mail: Clerk's own for test addresses (clerk-docs, testing). */
export const emailCode = '424242'

/** "Sends" a code: nothing leaves the machine, but `email.created` is emitted as for a real mail. */
export function sendCode(ctx: Context, address: string, userId: string | null) {
  const subject = `${emailCode} is your verification code`
  ctx.deliveries.emit({
    type: 'email.created',
    userId,
    timestamp: ctx.now(),
    data: {
      id: newId('ema'),
      object: 'email',
      slug: 'verification_code',
      from_email_name: 'noreply',
      to_email_address: address,
      email_address_id: null,
      user_id: userId,
      subject,
      body: subject,
      body_plain: subject,
      status: 'queued',
      data: { otp_code: emailCode },
      delivered_by_clerk: true,
    },
  })
}

/** @throws ClerkError 422 `form_code_incorrect` */
export function checkCode(code: string | undefined) {
  if (code !== emailCode) throw errors.codeIncorrect()
}

/** `VerificationJSON` of an e-mailed code. */
export function codeVerification(status: 'unverified' | 'verified', strategy: string, at: number) {
  return {
    object: 'verification_otp',
    status,
    strategy,
    attempts: status === 'verified' ? 1 : 0,
    expire_at: at + 10 * 60 * 1000,
    verified_at_client: null,
    error: null,
  }
}
