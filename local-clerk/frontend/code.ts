import type { EmailJSON } from '@clerk/backend'
import type { VerificationJSON } from '@clerk/shared/types'
import { errors } from '../errors.ts'
import type { Sdk } from '../json/sdk.ts'
import { newId } from '../state/ids.ts'
import type { Context } from '../context.ts'

/** The code of every e-mail: Clerk's own for test addresses (clerk-docs, testing). */
export const emailCode = '424242'

const lifetime = 10 * 60 * 1000

/** A code on its way to be verified. */
export interface SentCode {
  /** what it was prepared for */
  strategy: string
  sentAt: number
  attempts: number
}

/** "Sends" a code: nothing leaves the machine, but `email.created` is emitted as for a real mail. */
export function sendCode(ctx: Context, address: string, userId: string | null, strategy: string): SentCode {
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
    } satisfies EmailJSON,
  })
  return { strategy, sentAt: ctx.now(), attempts: 0 }
}

/** @throws ClerkError 400 when no code was sent for this strategy or it is ten minutes old, 422 `form_code_incorrect` */
export function checkCode(ctx: Context, sent: SentCode | null | undefined, strategy: string, code: string | undefined) {
  if (!sent) throw errors.verificationMissing()
  if (sent.strategy !== strategy) throw errors.verificationStrategyInvalid()
  if (sent.sentAt + lifetime <= ctx.now()) throw errors.verificationExpired()
  sent.attempts += 1
  if (code !== emailCode) throw errors.codeIncorrect()
}

/** `VerificationJSON` of an e-mailed code. */
export function codeVerification(ctx: Context, sent: SentCode, verified: boolean) {
  const expireAt = sent.sentAt + lifetime
  return {
    object: 'verification_otp',
    status: verified ? 'verified' : expireAt <= ctx.now() ? 'expired' : 'unverified',
    strategy: sent.strategy,
    attempts: sent.attempts,
    expire_at: expireAt,
  } satisfies Sdk<VerificationJSON, 'id' | 'verified_at_client' | 'error'>
}
