import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { ClerkUser, describeIssue, isSample } from '#server/schemas/clerk.ts'
import { fixture } from '#scripts/lib/delivery.ts'

const { data: user } = fixture('user.created')
const parse = (change: Record<string, unknown> = {}) => v.parse(ClerkUser, { ...user, ...change })
const fails = (change: Record<string, unknown>) => v.safeParse(ClerkUser, { ...user, ...change })

describe('a user of Clerk', () => {
  it('has the primary e-mail, and never the first of the list', () => {
    expect(parse().email).toBe('example@example.org')
    expect(parse({ primary_email_address_id: null }).email).toBeNull()
    expect(parse({ primary_email_address_id: 'idn_gone' }).email).toBeNull()
    expect(parse({ email_addresses: [] }).email).toBeNull()
    expect(parse({ primary_email_address_id: null, email_addresses: [{ id: null, email_address: 'a@example.com' }] }).email).toBeNull()
  })

  it('has no picture where Clerk drew it itself', () => {
    expect(parse({ has_image: false }).imageUrl).toBeNull()
    expect(parse({ has_image: true, image_url: 'https://img.clerk.com/x' }).imageUrl).toBe('https://img.clerk.com/x')
  })

  it('may lack all but an id and updated_at, as samples do', () => {
    expect(v.parse(ClerkUser, { id: 'user_1', updated_at: 1 })).toEqual({
      id: 'user_1', username: null, firstName: null, lastName: null, imageUrl: null, email: null, banned: false, clerkCreatedAt: null, clerkUpdatedAt: '1970-01-01T00:00:00.001Z', lastSignInAt: null,
    })
  })

  it('counts what is empty as absent, and mends half a surrogate pair', () => {
    expect(parse({ first_name: '', username: '' })).toMatchObject({ firstName: null, username: null })
    expect(parse({ first_name: 'a\uD83D' }).firstName).toBe('a\uFFFD')
  })

  it.each([
    ['a NUL in the e-mail', { email_addresses: [{ id: 'a', email_address: 'a\0@example.com' }] }], ['no id', { id: undefined }], ['an empty id', { id: '' }], ['a path for an id', { id: '../users' }],
    ['no updated_at', { updated_at: null }], ['half a millisecond', { updated_at: 1.5 }], ['a time past the year 9999', { updated_at: 253_402_300_800_000 }],
    ['a name that is a list', { first_name: ['a'] }], ['banned as text', { banned: 'no' }], ['a name of 4,001 characters', { first_name: 'x'.repeat(4_001) }],
  ])('with %s is refused', (_what, change) => {
    expect(fails(change).success).toBe(false)
  })

  it('is described by the path of what is wrong, never by the value', () => {
    fc.assert(fc.property(fc.constantFrom('first_name', 'username', 'banned', 'updated_at', 'id'), fc.string({ minLength: 8 }), (field, secret) => {
      const failed = fails({ [field]: { secret } })
      expect(failed.success).toBe(false)
      const described = describeIssue(failed.issues ?? [])
      expect(described.path).toBe(field)
      expect(described.expected).not.toContain(secret)
    }))
  })
})

it.each([['ins_2a3B4c5D6e7F8g9H0i1J2k3L4m5', true], ['ins_123', false], ['ins_', false], ['', false], ['xins_2a3B4c5D6e7F8g9H0i1J2k3L4m5', false], ['ins_2a3B4c5D6e7F8g9H0i1J2k3L4m5\n', false]])('%j is an instance that an app may have: %s', (id, isOne) => {
  expect(isSample(id, 'user_1')).toBe(!isOne)
})
