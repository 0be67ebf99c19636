import { expect, it } from 'vitest'
import { isAdminClaims } from '#shared/utils/role.ts'

it('takes metadata.role alone, and exactly', () => {
  expect(isAdminClaims({ sub: 'user_a', metadata: { role: 'admin' } })).toBe(true)
  for (const claims of [null, undefined, {}, { role: 'admin' }, { metadata: {} }, { metadata: { role: 'Admin' } }, { metadata: { role: ['admin'] } }]) {
    expect(isAdminClaims(claims)).toBe(false)
  }
})
