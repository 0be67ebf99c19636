import { describe, expect, it } from 'vitest'
import { createPagePolicy } from '#server/policy.ts'

const key = `pk_live_${btoa('clerk.rollcall.example$')}`
const none = { publishableKey: key, proxyUrl: '', jsUrl: '', uiUrl: '' }

/** The sources of each directive. */
const sourcesOf = (clerk: typeof none) => Object.fromEntries(createPagePolicy(clerk)(['sha256-AAAA', 'sha256-BBBB']).split('; ').map((directive) => {
  const [name = '', ...sources] = directive.split(' ')
  return [name, sources]
}))

describe('the policy of a page', () => {
  it('allows Clerk at the host that the key names, and the inline scripts of the page', () => {
    const policy = sourcesOf(none)
    expect(policy['script-src']).toEqual(['\'self\'', 'https://clerk.rollcall.example', 'https://challenges.cloudflare.com', 'https://*.protect.clerk.com', '\'sha256-AAAA\'', '\'sha256-BBBB\''])
    expect(policy['connect-src']).toEqual(['\'self\'', 'https://clerk.rollcall.example', 'https://*.protect.clerk.com:*'])
    expect(policy['img-src']).toEqual(['\'self\'', 'data:', 'https://img.clerk.com', 'https://clerk.rollcall.example'])
    expect(policy['default-src']).toEqual(['\'none\''])
  })

  it.each<[string, Partial<typeof none>, scripts: string[], connect: string[]]>([
    ['a proxy elsewhere', { proxyUrl: 'http://localhost:4011/path' }, ['http://localhost:4011'], ['http://localhost:4011']],
    ['a proxy of its own', { proxyUrl: '/__clerk' }, [], []],
    ['scripts elsewhere', { jsUrl: 'https://cdn.example/clerk.js', uiUrl: 'https://cdn.example/ui.js' }, ['https://clerk.rollcall.example', 'https://cdn.example'], ['https://clerk.rollcall.example']],
    ['a key that names no host', { publishableKey: 'pk_test_abc' }, [], []],
    ['addresses that are none', { publishableKey: 'pk_test_abc', jsUrl: 'https://', uiUrl: 'javascript:alert(1)' }, [], []],
  ])('knows %s', (_, clerk, scripts, connect) => {
    const policy = sourcesOf({ ...none, ...clerk })
    expect(policy['script-src']?.slice(1, -4)).toEqual(scripts)
    expect(policy['connect-src']?.slice(1, -1)).toEqual(connect)
  })

  it('never lets a page run what stands in it, or what it makes of text', () => {
    expect(sourcesOf(none)['script-src']).not.toEqual(expect.arrayContaining([expect.stringMatching(/unsafe|\*$|^https?:$|data:|blob:/)]))
  })
})
