import { describe, expect, it } from 'vitest'
import { checkVariables } from '#scripts/doctor/checks.ts'

const env = {
  DATABASE_URL: 'postgres://user:password@host:5432/rollcall',
  NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'pk_test_Y2xlcmsubG9jYWxob3N0JA',
  NUXT_CLERK_SECRET_KEY: 'sk_test_never_used',
  NUXT_CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_bm90IGEgc2VjcmV0',
  NUXT_SITE_URL: 'http://localhost:3000',
}
const { NUXT_CLERK_WEBHOOK_SIGNING_SECRET: secret, ...withoutSecret } = env

describe('the environment', () => {
  it('is complete', () => {
    expect(checkVariables(env)).toEqual([{ state: 'good', text: 'The environment is complete.' }])
    expect(checkVariables({ ...withoutSecret, CLERK_WEBHOOK_SIGNING_SECRET: secret })).toMatchObject([{ state: 'good' }])
  })

  it('without a signing secret is a note while the check is on, and wrong while it is off', () => {
    expect(checkVariables(withoutSecret)).toMatchObject([{ state: 'note', text: expect.stringContaining('the check alone'), mend: expect.stringContaining('NUXT_CLERK_WEBHOOK_SIGNING_SECRET') }])
    expect(checkVariables({ ...withoutSecret, SYNC_CHECK_SECONDS: '0' })).toMatchObject([{ state: 'wrong', mend: expect.stringContaining('SYNC_CHECK_SECONDS') }])
  })

  it('says which variable is wrong, and which ones development does without', () => {
    const { DATABASE_URL: _, ...withoutDatabase } = env
    expect(checkVariables(withoutDatabase)).toMatchObject([{ state: 'note', text: expect.stringContaining('DATABASE_URL') }])
    expect(checkVariables({ ...withoutSecret, SYNC_CHECK_SECONDS: 'often' })).toMatchObject([{ state: 'wrong', text: 'SYNC_CHECK_SECONDS is missing or wrong.' }])
  })
})
