import { describe, expect, it } from 'vitest'
import { checkKeys, checkVariables } from '#scripts/doctor/variables.ts'

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
    expect(checkVariables(env)).toEqual([{ code: 'environment', state: 'good', text: 'The environment is complete.' }])
    expect(checkVariables({ ...withoutSecret, CLERK_WEBHOOK_SIGNING_SECRET: secret })).toMatchObject([{ state: 'good' }])
    expect(checkKeys(env)).toEqual([])
  })

  it('without a signing secret is a note while the check is on, and wrong while it is off', () => {
    expect(checkVariables(withoutSecret)).toMatchObject([{ code: 'no-secret', state: 'note', text: expect.stringContaining('the check alone'), mend: expect.stringContaining('NUXT_CLERK_WEBHOOK_SIGNING_SECRET') }])
    expect(checkVariables({ ...withoutSecret, SYNC_CHECK_SECONDS: '0' })).toMatchObject([{ code: 'no-way-in', state: 'wrong', mend: expect.stringContaining('SYNC_CHECK_SECONDS') }])
  })

  it.each([
    ['is not set', { NUXT_CLERK_SECRET_KEY: '' }, 'variable-missing', 'wrong', 'NUXT_CLERK_SECRET_KEY is not set.'],
    ['is one that development does without', { DATABASE_URL: '' }, 'variable-missing', 'note', 'DATABASE_URL is not set. npm run dev does without'],
    ['is malformed', { SYNC_CHECK_SECONDS: 'often' }, 'variable-malformed', 'wrong', 'SYNC_CHECK_SECONDS is wrong.'],
    ['was cut', { NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'pk_test_Y2xlcms' }, 'variable-malformed', 'wrong', 'names no host of Clerk'],
    ['has the name of another framework', { NUXT_CLERK_SECRET_KEY: '', CLERK_SECRET_KEY: 'sk_test_other' }, 'variable-misnamed', 'wrong', 'CLERK_SECRET_KEY is.'],
    ['holds the other key', { NUXT_CLERK_SECRET_KEY: env.NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY }, 'variable-of-other-kind', 'wrong', 'NUXT_CLERK_SECRET_KEY holds a publishable key of Clerk.'],
    ['holds a web address', { DATABASE_URL: 'https://db.example' }, 'variable-of-other-kind', 'wrong', 'DATABASE_URL holds a web address.'],
  ])('says that a variable %s', (_, wrong, code, state, text) => {
    expect(checkVariables({ ...env, ...wrong })).toMatchObject([{ code, state, text: expect.stringContaining(text) }])
  })

  it('says when a secret stands where every browser sees it, and never shows it', () => {
    const findings = checkVariables({ ...env, NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'sk_live_hush' })
    expect(findings).toMatchObject([{ code: 'variable-of-other-kind', mend: expect.stringContaining('Every browser is sent') }])
    expect(JSON.stringify(findings)).not.toContain('hush')
  })
})

describe('the keys', () => {
  it('are of two kinds', () => {
    expect(checkKeys({ ...env, NUXT_CLERK_SECRET_KEY: 'sk_live_x' })).toMatchObject([{ code: 'keys-of-two-kinds', state: 'wrong' }])
  })

  it('are for development, in production', () => {
    expect(checkKeys({ ...env, NODE_ENV: 'production' })).toMatchObject([{ code: 'test-keys', state: 'note' }])
  })
})
