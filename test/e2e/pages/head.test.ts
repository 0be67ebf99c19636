import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { insertPost } from '#db/queries/post-changes.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'
import { seedPostsOnce } from '../support/seeded.ts'

const ids = {
  long: '01990000-0000-7000-8000-000000000001',
  deleted: '01990000-0000-7000-8000-000000000002',
  reply: '01990000-0000-7000-8000-000000000003',
}
const { ada = '', noor = '', fern = '', kwame = '', ben = '' } = peopleIds
const words = 'Winter hours for the garden shed: "Wednesday" & Saturday, ten to noon. There is tea. '

describe('what a page says of itself', () => {
  let rollcall: Rollcall
  let origin = ''

  beforeAll(async () => {
    // The first origin is the one that is told; the others are places where it is reached too.
    origin = 'https://rollcall.example'
    rollcall = await startRollcall({ clerk: { seed: true }, env: { NUXT_SITE_URL: `${origin}, http://localhost:9` } })
    await rollcall.clerk.deliveries.settled()
    await seedPostsOnce(rollcall.db)
    const at = new Date().toISOString()
    await insertPost(rollcall.db, { id: ids.long, authorId: noor, parentId: null, body: words.repeat(5).trim(), createdAt: at })
    await insertPost(rollcall.db, { id: ids.deleted, authorId: noor, parentId: null, body: 'A secret.', createdAt: at })
    await insertPost(rollcall.db, { id: ids.reply, authorId: fern, parentId: ids.deleted, body: 'Oh?', createdAt: at })
    await rollcall.db.$client`update posts set deleted_at = now() where id = ${ids.deleted}`
    rollcall.clerk.users.delete(kwame)
    rollcall.clerk.users.setBanned(ben, true)
    await rollcall.clerk.deliveries.settled()
  })
  afterAll(() => rollcall?.stop())

  const sessionOf = async (id: string) => `Bearer ${await rollcall.clerk.session(id, { azp: origin })}`

  async function headOf(path: string, headers: Record<string, string> = {}) {
    // Not `text/html` first: that would have Clerk ask a browser for a session.
    const answer = await rollcall.request(path, { headers: { accept: '*/*, text/html', ...headers } })
    const html = await answer.text()
    const head = html.slice(0, html.indexOf('</head>'))
    const meta = Object.fromEntries([...head.matchAll(/<meta (?:name|property)="([^"]+)" content="([^"]*)"/g)].map(([, name, content]) => [name, unescape(content ?? '')]))
    return { status: answer.status, html, meta, title: unescape(/<title>([^<]*)/.exec(head)?.[1] ?? ''), canonical: /<link rel="canonical" href="([^"]*)"/.exec(head)?.[1] }
  }
  const unescape = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&#39;', '\'').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

  it('for the feed: an absolute address, whatever the Host header says', async () => {
    const { title, canonical, meta } = await headOf('/?from=elsewhere', { 'host': 'evil.example', 'x-forwarded-host': 'evil.example' })
    expect(title).toBe('Feed · Rollcall')
    expect(canonical).toBe(`${origin}/`)
    expect(meta).toMatchObject({ 'og:type': 'website', 'og:url': `${origin}/`, 'og:image': `${origin}/og.png`, 'og:site_name': 'Rollcall', 'twitter:card': 'summary_large_image' })
    expect(meta.description).toContain('people with a name and a face')
    expect(meta.robots).toBeUndefined()
  })

  it('for a post: who says what, cut between words', async () => {
    const { title, canonical, meta } = await headOf(`/posts/${ids.long}`)
    expect(title).toBe('Noor Haddad: Winter hours for the garden shed: "Wednesday" & Saturday… · Rollcall')
    expect(meta.description).toMatch(/^Winter hours .*…$/)
    expect(meta.description?.length).toBeLessThanOrEqual(200)
    expect(meta.description).toContain('"Wednesday" & Saturday')
    expect(canonical).toBe(`${origin}/posts/${ids.long}`)
    expect(meta).toMatchObject({
      'og:type': 'article', 'og:url': canonical, 'og:title': title.replace(' · Rollcall', ''), 'og:description': meta.description, 'og:image': `${origin}/og.png`, 'twitter:card': 'summary_large_image',
    })
  })

  it('for a person: name, user name and what they say', async () => {
    await rollcall.request('/api/me/profile', { headers: { authorization: await sessionOf(noor) }, method: 'PATCH', json: { bio: 'Community garden,\ncompost, tea.' } })
    const { title, canonical, meta } = await headOf(`/users/${noor}`)
    expect(title).toBe('Noor Haddad (@noor) · Rollcall')
    expect(canonical).toBe(`${origin}/users/${noor}`)
    expect(meta).toMatchObject({ 'og:type': 'profile', 'og:title': 'Noor Haddad (@noor)', 'description': 'Community garden, compost, tea.', 'og:url': canonical })
    expect((await headOf(`/users/${fern}`)).meta.description).toBe('Posts by quietfern on Rollcall.')
  })

  it.each([
    ['a deleted post', `/posts/${ids.deleted}`, 200, 'Deleted post · Rollcall'],
    ['someone gone', `/users/${kwame}`, 200, 'Deleted user · Rollcall'],
    ['someone banned', `/users/${ben}`, 200, 'Ben Carter · Rollcall'],
    ['the way in', '/sign-in', 200, 'Sign in · Rollcall'],
    ['the way to join', '/sign-up', 200, 'Sign up · Rollcall'],
    ['nothing', '/nowhere', 404, 'Page not found · Rollcall'],
  ])('keeps %s out of search engines', async (_, path, status, title) => {
    const page = await headOf(path)
    expect(page).toMatchObject({ status, title })
    expect(page.meta.robots).toBe('noindex')
    expect(page.canonical).toBeUndefined()
    expect(page.html).not.toContain('A secret.')
  })

  it('keeps the pages of one\'s own out too', async () => {
    const authorization = await sessionOf(ada)
    for (const [path, title] of [['/people', 'People · Rollcall'], ['/settings', 'Settings · Rollcall'], ['/admin/users', 'Users · Rollcall']] as const) {
      const page = await headOf(path, { authorization })
      expect(page.status).toBe(200)
      // Behind the number of new notifications.
      expect(page.title.replace(/^\(\d+\) /, '')).toBe(title)
      expect(page.meta.robots).toBe('noindex')
    }
  })

  it('asks browsers to come by HTTPS alone, since its own origin has it', async () => {
    for (const path of ['/', '/api/posts', '/favicon.svg']) expect((await rollcall.request(path)).headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  it('has an icon for everyone', async () => {
    for (const [path, type] of [['/favicon.svg', 'image/svg+xml'], ['/favicon.ico', 'image/'], ['/apple-touch-icon.png', 'image/png'], ['/og.png', 'image/png'], ['/manifest.webmanifest', 'application/manifest+json']] as const) {
      const answer = await rollcall.request(path)
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, expect.stringContaining(type)])
    }
    const { icons } = await (await rollcall.request('/manifest.webmanifest')).json() as { icons: { src: string }[] }
    for (const { src } of icons) expect([src, (await rollcall.request(src)).status]).toEqual([src, 200])
  })

  it('speaks of times in the language that the reader asks for', async () => {
    const { html } = await headOf(`/users/${noor}`, { 'accept-language': 'de-AT,de;q=0.8' })
    expect(html).toMatch(/<time lang="de-AT"[^>]*>(?:\d+ )?(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember) \d{4}</)
    const answer = await rollcall.request('/', { headers: { 'accept-language': 'de' } })
    expect(answer.headers.get('vary')).toContain('accept-language')
  })
})
