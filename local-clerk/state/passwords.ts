import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'

// A light cost: none of these passwords guards anything.
const cost = { N: 1024 }
const keyLength = 32

/** Hashes a password as `salt:hash`, both hex. */
export function hashPassword(password: string): string {
  const salt = randomBytes(16)
  return `${salt.toString('hex')}:${scryptSync(password, salt, keyLength, cost).toString('hex')}`
}

/** Whether the password is the one that was hashed. */
export function passwordMatches(password: string, hashed: string | null): boolean {
  const [salt, hash] = (hashed ?? '').split(':')
  if (!salt || !hash) return false
  const expected = Buffer.from(hash, 'hex')
  const actual = scryptSync(password, Buffer.from(salt, 'hex'), keyLength, cost)
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
