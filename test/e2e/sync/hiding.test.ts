import { v7 as uuidv7 } from 'uuid'
import * as v from 'valibot'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { hidePosts } from '#db/queries/hiding.ts'
import { deletePost, insertPost, restorePost } from '#db/queries/post-changes.ts'
import { listPosts, listReplies } from '#db/queries/posts.ts'
import { settlePosts } from '#server/sync/hiding.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { createTestDatabase, startRollcall } from '../support/rollcall.ts'

const page = { limit: 20, viewerId: null }
const Authors = v.object({ posts: v.array(v.object({ author: v.object({ id: v.string() }) })) })

describe('posts of the banned and the deleted', () => {
  let databaseUrl: string
  let db: Database
  let other: Database

  beforeAll(async () => {
    databaseUrl = await createTestDatabase()
    db = openDatabase(databaseUrl, { max: 8, transactions: 8 })
    other = openDatabase(databaseUrl, { max: 8, transactions: 8 })
  })
  afterAll(() => Promise.all([closeDatabase(db), closeDatabase(other)]))
  beforeEach(async () => {
    await db.$client`truncate users, posts cascade`
    await db.$client`insert into users (id, first_name, clerk_updated_at, synced_at, synced_by) select id, id, now(), now(), 'webhook' from unnest(array['ada', 'ben', 'cleo']) id`
  })

  const ban = (id: string, banned: boolean) => db.$client`update users set banned = ${banned} where id = ${id}`
  /** Top-level posts, or replies, one a second, the last one now. */
  const fill = (author: string, count: number, parentId: string | null = null) => db.$client`
    insert into posts (id, author_id, parent_id, body, created_at)
    select gen_random_uuid(), ${author}, ${parentId}, ${author} || n, now() - (${count}::int - n) * interval '1 second' from generate_series(1, ${count}::int) n`
  /** What posts say of their authors, and what is true. */
  const wrong = () => db.$client`
    select u.id, u.banned, u.posts_hidden, p.author_hidden, count(p.id)::int as posts from users u left join posts p on p.author_id = u.id
    where u.posts_hidden is distinct from (u.banned or u.deleted_at is not null) or p.author_hidden <> (u.banned or u.deleted_at is not null)
    group by 1, 2, 3, 4 order by 1, 4`
  async function walk(list: (after?: { key: string, id: string }) => ReturnType<typeof listPosts>) {
    const bodies: (string | null)[] = []
    let pages = 0
    for (let next; pages < 100;) {
      const found = await list(next)
      bodies.push(...found.posts.map(({ body }) => body))
      pages++
      if (!found.next) return { bodies, pages }
      next = found.next
    }
    throw new Error('The list has no end.')
  }

  it('are left out at once, by pages that come back short and go on', async () => {
    await fill('ben', 3)
    await db.$client`update posts set created_at = created_at - interval '1 day'`
    const [root] = await db.$client`select id from posts where body = 'ben1'`
    await fill('ada', 4_500)
    await fill('ada', 4_500, root?.id)
    await fill('cleo', 2, root?.id)
    await ban('ada', true)

    const first = await listPosts(db, page)
    expect(first.posts).toEqual([])
    expect(first.next).not.toBeNull()
    expect(await walk(after => listPosts(db, { ...page, after }))).toEqual({ bodies: ['ben3', 'ben2', 'ben1'], pages: 3 })
    expect((await walk(after => listReplies(db, root?.id, { ...page, after }))).bodies).toEqual(['cleo1', 'cleo2'])
    expect(await listPosts(db, { ...page, author: 'ada' })).toEqual({ posts: [], next: null })

    expect(await settlePosts(db)).toEqual({ posts: 9_000, errors: [] })
    expect(await wrong()).toEqual([])
    expect(await walk(after => listPosts(db, { ...page, after }))).toEqual({ bodies: ['ben3', 'ben2', 'ben1'], pages: 1 })
    expect((await listPosts(db, page)).posts.find(({ body }) => body === 'ben1')).toMatchObject({ replyCount: 2 })
  })

  it('come back when the ban is lifted while the job runs, and go when they are banned again', async () => {
    await fill('ada', 2_500)
    await ban('ada', true)
    const batch = await hidePosts(db, 'ada')
    expect(batch?.posts).toBe(1_000)
    await ban('ada', false)
    // The job goes on from where it was, the other way.
    expect(await hidePosts(other, 'ada', batch?.next ?? undefined)).toMatchObject({ posts: 1_000 })
    await settlePosts(db)
    expect(await wrong()).toEqual([])
    expect((await listPosts(db, page)).posts).toHaveLength(20)
    await ban('ada', true)
    await settlePosts(other)
    expect(await wrong()).toEqual([])
  })

  it('written between two bans, before the job has run, are hidden too', async () => {
    await ban('ada', true)
    await settlePosts(db)
    await ban('ada', false)
    expect(await insertPost(db, { id: uuidv7(), authorId: 'ada', parentId: null, body: 'between' })).toBe(true)
    await ban('ada', true)
    await settlePosts(db)
    expect(await wrong()).toEqual([])
    await ban('ada', false)
    await settlePosts(db)
    expect((await listPosts(db, page)).posts).toMatchObject([{ body: 'between' }])
  })

  it('are right in the end, whatever is banned, written, deleted and restored while two instances run the job', async () => {
    for (const author of ['ada', 'ben', 'cleo']) await fill(author, 1_500)
    let going = true
    const errors: unknown[] = []
    const job = async (on: Database) => {
      while (going) errors.push(...(await settlePosts(on)).errors)
    }
    const people = async (author: string) => {
      for (let n = 0; n < 60; n++) {
        const id = uuidv7()
        if (!await insertPost(db, { id, authorId: author, parentId: null, body: `new ${n}` })) continue
        await deletePost(other, id, author)
        await restorePost(db, id, author)
      }
    }
    const admin = async () => {
      for (let n = 0; n < 40; n++) await ban(['ada', 'ben', 'cleo'][n % 3] ?? '', n % 5 < 3)
    }
    const jobs = [job(db), job(other)]
    await Promise.all([people('ada'), people('ben'), people('cleo'), admin()])
    going = false
    await Promise.all(jobs)
    expect(errors).toEqual([])
    await settlePosts(db)
    expect(await wrong()).toEqual([])
    const counted = await db.$client`select count(*)::int as n from posts p join users u on u.id = p.author_id where not u.banned and p.deleted_at is null`
    expect((await walk(after => listPosts(db, { limit: 100, viewerId: null, after }))).bodies).toHaveLength(counted[0]?.n)
  })

  it('wait for a locked post or author, and the others do not', async () => {
    await fill('ada', 3)
    await fill('ben', 3)
    await db.$client`update users set banned = true`
    await other.$client.begin(async (held) => {
      await held`select 1 from posts where body = 'ada2' for update`
      await held`select 1 from users where id = 'cleo' for update`
      expect(await settlePosts(db)).toEqual({ posts: 5, errors: [] })
    })
    expect(await wrong()).toMatchObject([{ id: 'ada', posts_hidden: null, author_hidden: false, posts: 1 }, { id: 'ada', author_hidden: true }, { id: 'cleo' }])
    expect(await settlePosts(db)).toEqual({ posts: 1, errors: [] })
    expect(await wrong()).toEqual([])
  })
})

describe('a running app', () => {
  let rollcall: Rollcall
  // It looks at no time of its own: what is hidden follows from the news alone.
  beforeAll(async () => {
    rollcall = await startRollcall({ env: { LIVE: 'off' } })
  })
  afterAll(() => rollcall?.stop())

  it('hides the posts of who is banned or deleted with the news, and shows them again', async () => {
    const [ada = '', ben = ''] = ['Ada', 'Ben'].map(firstName => rollcall.clerk.users.create({ firstName }).id)
    await rollcall.clerk.deliveries.idle()
    for (const as of [ada, ben]) await rollcall.request('/api/posts', { as, json: { body: 'Hello.' } })
    const hidden = async () => (await rollcall.db.$client`select author_id from posts where author_hidden and author_id in (${ada}, ${ben})`).map(row => row.author_id)
    const listed = async () => v.parse(Authors, await (await rollcall.request('/api/posts', { as: ada })).json()).posts.map(({ author }) => author.id).filter(id => id === ada || id === ben)
    rollcall.clerk.users.setBanned(ada, true)
    await expect.poll(hidden).toEqual([ada])
    expect(await listed()).toEqual([ben])
    rollcall.clerk.users.setBanned(ada, false)
    rollcall.clerk.users.delete(ben)
    await expect.poll(hidden).toEqual([ben])
    expect(await listed()).toEqual([ada])
  })
})
