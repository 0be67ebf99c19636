import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { CompleteEnv, envProblems, readEnv, ServerEnv } from '#server/schemas/env.ts'

const good = {
  DATABASE_URL: 'postgres://user:password@host:5432/rollcall',
  NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: 'pk_test_abc',
  NUXT_CLERK_SECRET_KEY: 'sk_test_abc',
  NUXT_CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_YWJj',
  NUXT_SITE_URL: 'https://rollcall.example',
}
/** The signing secret may be missing while the check is on. */
const needed = Object.keys(good).filter(name => name !== 'NUXT_CLERK_WEBHOOK_SIGNING_SECRET')
const parse = (change: Record<string, string | undefined> = {}) => v.safeParse(ServerEnv, readEnv({ ...good, ...change }))

describe('the environment', () => {
  it('that is right is taken, with what is not said by default', () => {
    expect(parse()).toMatchObject({ success: true, output: { RETENTION_DAYS: 30, NUXT_CLERK_WEBHOOK_SIGNING_SECRET: ['whsec_YWJj'] } })
  })

  it('that is empty names every variable that is needed, at once', () => {
    const { issues } = v.safeParse(ServerEnv, readEnv({}))
    const problems = envProblems(issues ?? []).join('\n')
    for (const name of needed) expect(problems).toContain(name)
  })

  it.each(needed)('without %s, or with it empty or wrong, says its name alone', (name) => {
    for (const value of [undefined, '', '  ', 'wrong']) {
      const problems = envProblems(parse({ [name]: value }).issues ?? [])
      expect(problems).toHaveLength(1)
      expect(problems[0]).toContain(name)
    }
  })

  it('may lack the signing secret while the check is on, and not when it is off', () => {
    const without = { ...good, NUXT_CLERK_WEBHOOK_SIGNING_SECRET: '' }
    expect(v.safeParse(CompleteEnv, readEnv(without))).toMatchObject({ success: true, output: { SYNC_CHECK_SECONDS: 60 } })
    expect(envProblems(v.safeParse(CompleteEnv, readEnv({ ...without, SYNC_CHECK_SECONDS: '0' })).issues ?? [])).toEqual([expect.stringContaining('NUXT_CLERK_WEBHOOK_SIGNING_SECRET')])
    expect(v.safeParse(CompleteEnv, readEnv({ ...good, SYNC_CHECK_SECONDS: '0' })).success).toBe(true)
  })

  it('takes several signing secrets, and the name of the guide', () => {
    expect(parse({ NUXT_CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_YWJj, whsec_ZGVm,' })).toMatchObject({ output: { NUXT_CLERK_WEBHOOK_SIGNING_SECRET: ['whsec_YWJj', 'whsec_ZGVm'] } })
    expect(parse({ NUXT_CLERK_WEBHOOK_SIGNING_SECRET: '', CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_ZGVm' })).toMatchObject({ output: { NUXT_CLERK_WEBHOOK_SIGNING_SECRET: ['whsec_ZGVm'] } })
    expect(parse({ NUXT_CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_YWJj,nonsense' }).success).toBe(false)
  })

  it('takes origins out of the addresses of the site', () => {
    expect(parse({ NUXT_SITE_URL: 'https://a.example/path, http://localhost:3000/' })).toMatchObject({ output: { NUXT_SITE_URL: ['https://a.example', 'http://localhost:3000'] } })
  })

  it.each([
    ['DATABASE_URL', 'mysql://host/db'], ['DATABASE_URL', 'postgres://host/db?sslmode=maybe'], ['DATABASE_URL', 'postgres://host/db?sslmode=require&sslrootcert=/nowhere'], ['DATABASE_DIRECT_URL', 'pg'], ['NUXT_SITE_URL', 'javascript:alert(1)'], ['RETENTION_DAYS', '0'], ['RETENTION_DAYS', '1.5'], ['RECONCILE_MAX_DELETE', '-1'], ['METRICS_TOKEN', 'short'], ['NUXT_CLERK_API_URL', 'clerk'],
  ])('%s=%s is refused', (name, value) => {
    expect(envProblems(parse({ [name]: value }).issues ?? []).join('\n')).toContain(name)
  })
})
