import { ClerkError, errors } from './errors.ts'
import type { User } from './state/schema.ts'
import type { Context } from './context.ts'

/** Clerk's defaults for new instances (clerk-docs, `user-lockout`): wrong passwords and codes in a row, and how long a lock lasts. */
export const lockout = { maxAttempts: 10, minutes: 60 }

/** @throws ClerkError 403 `user_locked`, whether wrong attempts locked the user or the Backend API did */
export function assertNotLocked(ctx: Context, user: User) {
  const left = (user.lockedUntil ?? 0) - ctx.now()
  if (left > 0) throw errors.locked(Math.ceil(left / 1000))
}

/**
 * Runs an attempt of this user. Where the local Clerk locks users, a wrong password or code is counted, and the last one
 * allowed locks.
 * @throws ClerkError 403 `user_locked`, or what the attempt throws
 */
export function attemptAs<T>(ctx: Context, user: User, attempt: () => T): T {
  assertNotLocked(ctx, user)
  try {
    const result = attempt()
    if (user.failedAttempts > 0) ctx.accounts.recordActivity(user.id, { failedAttempts: 0 })
    return result
  }
  catch (refusal) {
    if (ctx.settings.lockout && isWrongGuess(refusal)) countWrongGuess(ctx, user)
    throw refusal
  }
}

const isWrongGuess = (refusal: unknown) =>
  refusal instanceof ClerkError && ['form_password_incorrect', 'form_code_incorrect'].includes(refusal.code)

function countWrongGuess(ctx: Context, user: User) {
  const failedAttempts = user.failedAttempts + 1
  if (failedAttempts < lockout.maxAttempts) ctx.accounts.recordActivity(user.id, { failedAttempts })
  else assertNotLocked(ctx, ctx.accounts.setLocked(user.id, true))
}
