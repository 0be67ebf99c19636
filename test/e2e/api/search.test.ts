import fc from 'fast-check'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeDatabase } from '#db/client.ts'
import { eraseDeletedPosts } from '#db/queries/erase.ts'
import { insertPost } from '#db/queries/post-changes.ts'
import type { Post } from '#shared/types/post.ts'
import { markWords, searchWords } from '#utils/feed/marks.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
let ada: string
let ben: string

beforeAll(async () => {
  rollcall = await startRollcall()
  ada = rollcall.clerk.users.create({ firstName: 'Ada', username: 'ada' }).id
  ben = rollcall.clerk.users.create({ firstName: 'Ben' }).id
  await rollcall.clerk.deliveries.idle()
})
afterAll(() => rollcall?.stop())

let at = Date.parse('2026-01-01T00:00:00.000Z')
async function write(body: string, { as = ada, parentId = null, mentions = [] }: { as?: string, parentId?: string | null, mentions?: string[] } = {}) {
  const id = uuidv7()
  await insertPost(rollcall.db, { id, authorId: as, parentId, body, mentions, createdAt: new Date(at += 1000).toISOString() })
  return id
}
async function ask(query: Record<string, string>, as: string | null = ada) {
  const answer = await rollcall.request(`/api/posts?${new URLSearchParams(query).toString()}`, { as })
  return { status: answer.status, ...await answer.json() as { posts: Post[], nextCursor: string | null, message?: string } }
}
const find = async (q: string) => (await ask({ q })).posts.map(({ body }) => body)

describe('posts are found', () => {
  it('by their words, in small letters and without accents, the last one by its beginning; newest first', async () => {
    await write('Crème brûlée at the Straße')
    await write('A creme of another kind, don’t you think?')
    expect(await find('CREME')).toEqual(['A creme of another kind, don’t you think?', 'Crème brûlée at the Straße'])
    expect(await find('brulee, crème')).toEqual(['Crème brûlée at the Straße'])
    expect(await find('creme stras')).toEqual(['Crème brûlée at the Straße'])
    expect(await find('cre strasse')).toEqual([])
    expect(await find('dont')).toHaveLength(1)
    expect(await find('don\'t yo')).toHaveLength(1)
    expect(await find('of creme')).toHaveLength(1)
    expect(await find('reme')).toEqual([])
    expect(await find('!!! …')).toEqual([])
  })

  it('replies too, with what they answer; not by the id of whom they mention', async () => {
    const root = await write('The question about quokkas')
    await write(`Quokkas are fine, <@${ben}>`, { as: ben, parentId: root, mentions: [ben] })
    const { posts } = await ask({ q: 'quokkas' })
    expect(posts).toMatchObject([{ parentId: root, parent: { id: root, shown: true, author: { id: ada, name: 'Ada' } }, mentions: [{ id: ben }] }, { id: root }])
    expect(posts[1]).not.toHaveProperty('parent')
    expect(await find('user')).toEqual([])
  })

  it('by their new words once they are edited, and no more by the old ones', async () => {
    const { id } = await (await rollcall.request('/api/posts', { as: ada, json: { body: 'A zebrra' } })).json()
    expect(await find('zebrra')).toHaveLength(1)
    await rollcall.request(`/api/posts/${id}`, { as: ada, method: 'PATCH', json: { body: 'A zebra', editedAt: null } })
    expect([await find('zebrra'), await find('zebra')]).toEqual([[], ['A zebra']])
  })

  it('not once they are deleted or erased, nor while their author is banned or gone', async () => {
    const cleo = rollcall.clerk.users.create({ firstName: 'Cleo' }).id
    await rollcall.clerk.deliveries.idle()
    await write('ephemeral by Cleo', { as: cleo })
    const id = await write('ephemeral by Ada')
    expect(await find('ephem')).toHaveLength(2)
    await rollcall.request(`/api/posts/${id}`, { as: ada, method: 'DELETE' })
    expect(await find('ephem')).toEqual(['ephemeral by Cleo'])
    rollcall.clerk.users.setBanned(cleo, true)
    await rollcall.clerk.deliveries.idle()
    expect(await find('ephem')).toEqual([])
    rollcall.clerk.users.setBanned(cleo, false)
    await rollcall.clerk.deliveries.idle()
    await expect.poll(() => find('ephem')).toHaveLength(1)
    rollcall.clerk.users.delete(cleo)
    await rollcall.clerk.deliveries.idle()
    expect(await find('ephem')).toEqual([])

    await rollcall.db.$client`update posts set deleted_at = now() - interval '40 days' where id = ${id}`
    await eraseDeletedPosts(rollcall.db, 30)
    // Nothing is left for the index either, once the job has hidden what Cleo wrote.
    await expect.poll(() => rollcall.db.$client`select id from posts where post_words(body) @@ post_query('ephem') and deleted_at is null and not author_hidden`).toEqual([])
  })

  it('by people who are signed in; a search for one author, or of too many characters, says what is wrong', async () => {
    expect((await ask({ q: 'creme' }, null)).status).toBe(401)
    expect(await ask({ q: 'creme', author: ada })).toMatchObject({ status: 400, message: expect.stringContaining('author') })
    expect(await ask({ q: 'x'.repeat(101) })).toMatchObject({ status: 400 })
    expect(await ask({ q: 'creme', cursor: 'mine' })).toMatchObject({ status: 400 })
  })
})

describe('a list of what is found', () => {
  /** All of its posts by their numbers, page by page. */
  async function walk(q: string, limit: number) {
    const seen: number[] = []
    let cursor: string | null | undefined
    let pages = 0
    while (cursor !== null && pages++ < 200) {
      const page = await ask({ q, limit: String(limit), ...cursor && { cursor } })
      expect(page.status).toBe(200)
      seen.push(...page.posts.map(({ body }) => Number(/\d+/.exec(body ?? '')?.[0])))
      cursor = page.nextCursor
    }
    return seen
  }

  it('has each post once, in order, whether the word is in all posts, in some, or in many that are old', { timeout: 90_000 }, async () => {
    const session = rollcall.db.openSession()
    const sql = session.$client
    const count = 56_000
    await sql`set statement_timeout = 0`
    await sql`set session_replication_role = replica`
    // The oldest 51,000 have a word that none of the 5,000 newest has; one in 1,000 has a rare one.
    await sql`
      insert into posts (id, author_id, body, created_at)
      select gen_random_uuid(), ${ben}, n || ' everywhere' || case when n <= 51000 then ' formerly' else '' end || case when n % 1000 = 0 then ' rarely' else '' end,
        timestamptz '2026-02-01' + (n / 3) * interval '1 ms'
      from generate_series(1, ${count}) n`
    await sql`analyze posts`
    const expected = await sql<{ n: number }[]>`select split_part(body, ' ', 1)::int as n from posts where body like '%rarely' order by created_at desc, id desc`
    expect(await walk('rarely', 7)).toEqual(expected.map(({ n }) => n))
    expect(await walk('everywhere rarely', 20)).toEqual(expected.map(({ n }) => n))

    const first = await ask({ q: 'everyw', limit: '100' })
    const second = await ask({ q: 'everyw', limit: '100', cursor: first.nextCursor ?? '' })
    const newest = await sql<{ id: string }[]>`select id from posts where body like '%everywhere%' order by created_at desc, id desc limit 200`
    expect([...first.posts, ...second.posts].map(({ id }) => id)).toEqual(newest.map(({ id }) => id))

    const old: string[] = []
    let cursor: string | null = ''
    for (let pages = 0; pages < 8 && cursor !== null; pages++) {
      const page: { posts: Post[], nextCursor: string | null } = await ask({ q: 'formerly', limit: '100', ...cursor && { cursor } })
      old.push(...page.posts.map(({ id }) => id))
      cursor = page.nextCursor
    }
    const oldest = await sql<{ id: string }[]>`select id from posts where body like '%formerly%' order by created_at desc, id desc limit ${old.length}`
    expect(old.length).toBeGreaterThan(400)
    expect(old).toEqual(oldest.map(({ id }) => id))
    await closeDatabase(session)
  })
})

describe('what is marked', () => {
  it('are the words that Postgres finds', async () => {
    const unit = fc.oneof(fc.constantFrom(...'aAäßæŁøıſİΣς’\' .-_<>@½ﬁ李伟ﷺé\u0301\u2044'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }))
    const texts = fc.sample(fc.string({ unit, maxLength: 30 }), 400).map(text => text.toWellFormed().replaceAll('\0', ''))
    const rows = await rollcall.db.$client<{ text: string, words: string[] }[]>`select text, search_words(text, '') as words from unnest(${texts}::text[]) as text`
    for (const { text, words } of rows) expect(searchWords(text), JSON.stringify(text)).toEqual(words)
  })

  it('stand in the text as it was', () => {
    expect(markWords('Crème, don’t: CREMEs!', 'dont creme')).toEqual([
      { kind: 'mark', text: 'Crème' }, { kind: 'text', text: ', ' }, { kind: 'mark', text: 'don’t' }, { kind: 'text', text: ': ' }, { kind: 'mark', text: 'CREMEs' }, { kind: 'text', text: '!' },
    ])
    fc.assert(fc.property(fc.string(), fc.string(), (text, q) => {
      expect(markWords(text, q).map(part => part.kind === 'text' || part.kind === 'mark' ? part.text : '').join('')).toBe(text)
    }))
  })
})
