import { createHmac, timingSafeEqual } from 'node:crypto'

const lifetime = 60 * 60

export interface TestingTokens {
  /** A new token, and when it expires, in seconds since 1970. */
  create(): { token: string, expiresAt: number }
  /** Whether the value of `__clerk_testing_token` in a Frontend API request is one of these, and not older than an hour. */
  isValid(token: string | null | undefined): boolean
}

/**
 * The tokens of `POST /v1/testing_tokens`, which tell the Frontend API that a test is asking. Each is the second in which
 * it was made and a signature of it, so that none is stored.
 */
export function createTestingTokens(secretKey: string, now: () => number): TestingTokens {
  const seconds = () => Math.floor(now() / 1000)
  const tokenOf = (at: number) => `${at}-c_${createHmac('sha256', secretKey).update(String(at)).digest('base64url').slice(0, 27)}`

  return {
    create: () => ({ token: tokenOf(seconds()), expiresAt: seconds() + lifetime }),
    isValid(token) {
      const at = Number(/^(\d{1,12})-/.exec(token ?? '')?.[1] ?? NaN)
      if (Number.isNaN(at) || at + lifetime <= seconds()) return false
      const given = Buffer.from(token ?? '')
      const expected = Buffer.from(tokenOf(at))
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
  }
}
