import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decide } from '#db/queries/decisions.ts'
import { deleteLike, insertLike } from '#db/queries/likes.ts'
import { countUnread, listNotifications, markSeen } from '#db/queries/notifications.ts'
import { WALKED_AT_MOST } from '#db/queries/paging.ts'
import { editPost, insertPost } from '#db/queries/post-changes.ts'
import { insertReport } from '#db/queries/reports.ts'
import { lift, restrict } from '#db/queries/restrictions.ts'
import { isUnsettled, users } from '#db/schema.ts'
import type { NotificationItem } from '#shared/types/notification.ts'
import { openEventStream } from '../support/event-stream.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
let zoe: string
beforeAll(async () => {
  rollcall = await startRollcall({ instances: 2 });
  [zoe] = await people('Zoe')
})
afterAll(() => rollcall?.stop())

const sql = () => rollcall.db.$client

/** New people, each with an account, and nothing that anyone did. */
async function people<Names extends string[]>(...names: Names): Promise<{ [Name in keyof Names]: string }> {
  const ids = names.map(firstName => rollcall.clerk.users.create({ firstName }).id)
  await rollcall.clerk.deliveries.settled()
  return ids as { [Name in keyof Names]: string }
}

async function post(as: string, body = 'Hello', parentId: string | null = null): Promise<string> {
  const answer = await rollcall.request('/api/posts', { as, json: { body, parentId } })
  expect(answer.status).toBe(201)
  return (await answer.json()).id
}
const like = (as: string, id: string, method = 'PUT') => rollcall.request(`/api/posts/${id}/like`, { as, method })
const unlike = (as: string, id: string) => like(as, id, 'DELETE')
const remove = (as: string, id: string) => rollcall.request(`/api/posts/${id}`, { as, method: 'DELETE' })
const restore = (as: string, id: string) => rollcall.request(`/api/posts/${id}/restore`, { as, method: 'POST' })

async function edit(as: string, id: string, body: string, mentioned: string[]) {
  const [found] = await sql()`select edited_at from posts where id = ${id}`
  expect(await editPost(rollcall.db, id, as, { body, mentions: mentioned, editedAt: found?.edited_at ?? null })).toBe(true)
}

const listOf = async (as: string, query = '') => (await (await rollcall.request(`/api/notifications${query}`, { as })).json())
const unreadOf = async (as: string): Promise<number> => (await (await rollcall.request('/api/me', { as })).json()).unread
const see = async (as: string, until = new Date().toISOString()) => (await rollcall.request('/api/notifications/seen', { as, method: 'PUT', json: { until } })).json()

/** Each row as `kind of whom`, with `*` for what was not seen. */
async function told(as: string): Promise<string[]> {
  const { notifications }: { notifications: NotificationItem[] } = await listOf(as)
  return linesOf(notifications)
}
function linesOf(notifications: NotificationItem[]): string[] {
  return notifications.map(({ kind, post, likers, isNew }) =>
    `${kind} of ${likers ? likers.people.map(({ name }) => name).join(', ') + (likers.count > 3 ? ` and ${likers.count - 3}` : '') : post.author.name}${isNew ? '*' : ''}`)
}
/** The lines and the count as the queries say, which the rules about who may notify are in. */
async function toldNow(as: string) {
  const { notifications } = await listNotifications(rollcall.db, as, { limit: 20 })
  return { lines: linesOf(notifications), unread: await countUnread(rollcall.db, as) }
}
/** An admin hides a post that was reported, or shows it again. */
async function judge(id: string, action: 'hide' | 'restore') {
  await insertReport(rollcall.db, zoe, { postId: id, reason: 'spam', note: null })
  const [found] = await sql()`select id from report_cases where post_id = ${id}`
  expect(await decide(rollcall.db, found?.id, zoe, { action, note: null })).toBe(true)
}
/** Posts of hidden authors leave the lists a moment later. */
async function hidingDone() {
  await rollcall.clerk.deliveries.settled()
  while ((await rollcall.db.select().from(users).where(isUnsettled(users)).limit(1)).length > 0) await sleep(5)
}

describe('a person is notified', () => {
  it('of a mention, a reply and a like, newest first, with names of today; of a reply that mentions them once', async () => {
    const [ada, ben, cleo] = await people('Ada', 'Ben', 'Cleo')
    const own = await post(ada)
    await post(ben, `Hello <@${ada}>`)
    await post(cleo, `Indeed, <@${ada}>`, own)
    await like(ben, own)
    expect(await told(ada)).toEqual(['like of Ben*', 'reply of Cleo*', 'mention of Ben*'])
    expect(await unreadOf(ada)).toBe(3)
    expect((await listOf(ada)).notifications[0].post).toMatchObject({ id: own, body: 'Hello', likeCount: 1, author: { id: ada } })

    rollcall.clerk.users.update(ben, { firstName: 'Benjamin' })
    await rollcall.clerk.deliveries.settled()
    expect(await told(ada)).toEqual(['like of Benjamin*', 'reply of Cleo*', 'mention of Benjamin*'])
    expect(await told(ben)).toEqual([])
  })

  it('not of what they do themselves, nor of what others do to others', async () => {
    const [ada, ben] = await people('Ada', 'Ben')
    const own = await post(ada, `Me: <@${ada}>`)
    await post(ada, 'And more', own)
    await like(ada, own)
    const others = await post(ben)
    await like(zoe, others)
    await post(zoe, 'Hello', others)
    expect(await told(ada)).toEqual([])
    expect(await unreadOf(ada)).toBe(0)
    expect(await sql()`select from notifications where user_id = ${ada}`).toHaveLength(0)
  })

  it('of the likes of a post by one row, with who liked last and how many', async () => {
    const [ada] = await people('Ada')
    const own = await post(ada)
    const fans = await people('Ann', 'Bob', 'Cid', 'Dan', 'Eve')
    for (const fan of fans) await like(fan, own)
    await like(ada, own)
    expect(await told(ada)).toEqual(['like of Eve, Dan, Cid and 2*'])
    expect(await unreadOf(ada)).toBe(1)
  })

  it('of no more likes than are looked at, and is told that there are more', async () => {
    const [ada] = await people('Ada')
    const own = await post(ada)
    await sql()`insert into users (id, first_name, clerk_updated_at, synced_at, synced_by) select 'user_fan' || n, 'Fan', now(), now(), 'webhook' from generate_series(1, 60) n`
    for (const n of Array.from({ length: 60 }, (_, index) => index + 1)) await insertLike(rollcall.db, own, `user_fan${n}`)
    expect((await listOf(ada)).notifications).toMatchObject([{ likers: { people: [{ id: 'user_fan60' }, {}, {}], count: 50, more: true } }])
  })

  it('not once it is taken back: a like, a post, a mention', async () => {
    const [ada, ben, cleo] = await people('Ada', 'Ben', 'Cleo')
    const own = await post(ada)
    const mention = await post(ben, `Hello <@${ada}>`)
    const reply = await post(ben, 'Hello', own)
    await like(ben, own)
    await like(cleo, own)
    expect(await told(ada)).toEqual(['like of Cleo, Ben*', 'reply of Ben*', 'mention of Ben*'])
    await unlike(cleo, own)
    await remove(ben, reply)
    expect(await told(ada)).toEqual(['like of Ben*', 'mention of Ben*'])
    await unlike(ben, own)
    await sql()`delete from mentions where post_id = ${mention}`
    expect(await told(ada)).toEqual([])
    expect(await unreadOf(ada)).toBe(0)
    await restore(ben, reply)
    expect(await told(ada)).toEqual(['reply of Ben*'])

    await like(ben, own)
    await remove(ada, own)
    expect(await told(ada)).toEqual(['reply of Ben*'])
  })

  it('of a mention that an edit adds, once, and while it is there', async () => {
    const [ada, ben] = await people('Ada', 'Ben')
    const id = await post(ben)
    for (const body of [`Hello <@${ada}>`, `And hello <@${ada}>`, 'Hello', `<@${ada}>`]) {
      await edit(ben, id, body, body === 'Hello' ? [] : [ada])
      expect(await toldNow(ada)).toEqual(body === 'Hello' ? { lines: [], unread: 0 } : { lines: ['mention of Ben*'], unread: 1 })
    }
    await see(ada)
    await edit(ben, id, `Again <@${ada}>`, [ada])
    expect(await toldNow(ada)).toEqual({ lines: ['mention of Ben'], unread: 0 })
  })

  it('not of what the banned and the deleted did; when a ban ends, again', async () => {
    const [ada, ben, cleo] = await people('Ada', 'Ben', 'Cleo')
    const own = await post(ada)
    for (const one of [ben, cleo]) {
      await post(one, `Hello <@${ada}>`)
      await post(one, 'Hello', own)
      await like(one, own)
    }
    const all = await told(ada)
    expect(all).toEqual(['reply of Cleo*', 'mention of Cleo*', 'like of Cleo, Ben*', 'reply of Ben*', 'mention of Ben*'])

    rollcall.clerk.users.setBanned(ben, true)
    await rollcall.clerk.deliveries.settled()
    expect(await unreadOf(ada)).toBe(3)
    await hidingDone()
    expect(await sql()`select from notifications where user_id = ${ada} and author_hidden`).toHaveLength(2)
    expect(await told(ada)).toEqual(['reply of Cleo*', 'mention of Cleo*', 'like of Cleo*'])
    rollcall.clerk.users.setBanned(ben, false)
    await hidingDone()
    expect(await told(ada)).toEqual(all)

    for (const one of [ben, cleo]) rollcall.clerk.users.delete(one)
    await hidingDone()
    expect(await told(ada)).toEqual([])
    expect(await unreadOf(ada)).toBe(0)
  })

  it.each([
    ['whom they muted', (ada: string, ben: string) => restrict(rollcall.db, ada, ben, 'mute'), (ada: string, ben: string) => lift(rollcall.db, ada, ben)],
    ['whom they blocked', (ada: string, ben: string) => restrict(rollcall.db, ada, ben, 'block'), (ada: string, ben: string) => lift(rollcall.db, ada, ben)],
    ['who blocked them', (ada: string, ben: string) => restrict(rollcall.db, ben, ada, 'block'), (ada: string, ben: string) => lift(rollcall.db, ben, ada)],
  ])('not of what a person %s did, until that ends', async (_, hide, show) => {
    const [ada, ben] = await people('Ada', 'Ben')
    const [liked, own] = [await post(ada), await post(ada)]
    await post(ben, `Hello <@${ada}>`)
    await post(ben, 'Hello', own)
    await like(ben, liked)
    await like(zoe, own)
    await like(ben, own)
    const before = await toldNow(ada)
    // The likes of `own` have their place since Zoe's.
    expect(before).toEqual({ lines: ['like of Ben, Zoe*', 'like of Ben*', 'reply of Ben*', 'mention of Ben*'], unread: 4 })

    await hide(ada, ben)
    expect(await toldNow(ada)).toEqual({ lines: ['like of Zoe*'], unread: 1 })
    expect(await told(ada)).toEqual(['like of Zoe*'])
    expect(await unreadOf(ada)).toBe(1)
    await show(ada, ben)
    expect(await toldNow(ada)).toEqual(before)
  })

  it('still of what a person did who muted them', async () => {
    const [ada, ben] = await people('Ada', 'Ben')
    await post(ben, `Hello <@${ada}>`)
    await restrict(rollcall.db, ben, ada, 'mute')
    expect(await toldNow(ada)).toEqual({ lines: ['mention of Ben*'], unread: 1 })
  })

  it('not of posts that an admin hid, until they are restored', async () => {
    const [ada, ben] = await people('Ada', 'Ben')
    const own = await post(ada)
    const posts = [own, await post(ben, `Hello <@${ada}>`), await post(ben, 'Hello', own)]
    await like(ben, own)
    const before = await toldNow(ada)
    expect(before).toEqual({ lines: ['like of Ben*', 'reply of Ben*', 'mention of Ben*'], unread: 3 })
    for (const id of posts) await judge(id, 'hide')
    expect(await toldNow(ada)).toEqual({ lines: [], unread: 0 })
    expect([await told(ada), await unreadOf(ada)]).toEqual([[], 0])
    for (const id of posts) await judge(id, 'restore')
    expect(await toldNow(ada)).toEqual(before)
  })

  it('and a signed delete erases what they were notified of, and up to when they saw it', async () => {
    const [ada] = await people('Ada')
    const own = await post(ada)
    await like(zoe, own)
    await see(ada)
    rollcall.clerk.users.delete(ada)
    await rollcall.clerk.deliveries.settled()
    expect(await sql()`select from notifications where user_id = ${ada}`).toHaveLength(0)
    expect(await sql()`select from notification_marks where user_id = ${ada}`).toHaveLength(0)
  })
})

describe('what is new', () => {
  it('is seen up to a time, never less, on every page at once', async () => {
    const [ada, ben] = await people('Ada', 'Ben')
    await post(ben, `One <@${ada}>`)
    const [first] = (await listOf(ada)).notifications
    await post(ben, `Two <@${ada}>`)
    expect(await see(ada, first.at)).toEqual({ unread: 1 })
    expect(await told(ada)).toEqual(['mention of Ben*', 'mention of Ben'])
    // The far future is now: what comes later is new.
    expect(await see(ada, '2999-01-01T00:00:00.000Z')).toEqual({ unread: 0 })
    expect(await see(ada, first.at)).toEqual({ unread: 0 })
    await sleep(2)
    await post(ben, `Three <@${ada}>`)
    expect(await unreadOf(ada)).toBe(1)
    expect((await rollcall.request('/api/notifications/seen', { as: ada, method: 'PUT', json: { until: 'yesterday' } })).status).toBe(400)
  })

  it('is a further like of a post whose likes were seen, until it is taken back', async () => {
    const [ada, ben] = await people('Ada', 'Ben')
    const own = await post(ada)
    await like(ben, own)
    await see(ada)
    await sleep(2)
    await like(zoe, own)
    expect(await unreadOf(ada)).toBe(1)
    await unlike(zoe, own)
    expect(await unreadOf(ada)).toBe(0)
  })

  it('is not of who takes a like back and gives it again', async () => {
    const [ada, ben, cleo] = await people('Ada', 'Ben', 'Cleo')
    const own = await post(ada)
    await like(ben, own)
    await post(cleo, `Hello <@${ada}>`)
    await see(ada)
    await sleep(2)
    for (let times = 0; times < 3; times++) {
      await unlike(ben, own)
      await like(ben, own)
    }
    expect(await unreadOf(ada)).toBe(0)
    expect(await told(ada)).toEqual(['mention of Cleo', 'like of Ben'])
    await like(cleo, own)
    expect(await unreadOf(ada)).toBe(1)
    expect(await told(ada)).toEqual(['like of Cleo, Ben*', 'mention of Cleo'])
  })

  it('moves once a minute while nobody looks, so that likes do not wait for each other', async () => {
    const [ada, ben, cleo] = await people('Ada', 'Ben', 'Cleo')
    const own = await post(ada)
    await like(ben, own)
    const version = async () => (await sql()`select xmin::text, at from notifications where post_id = ${own}`)[0]
    const before = await version()
    await like(cleo, own)
    expect(await version()).toEqual(before)
    await sql()`update notifications set at = now() - interval '61 seconds' where post_id = ${own}`
    // Another like is moving it.
    await sql().begin(async (held) => {
      await held`select from notifications where post_id = ${own} for update`
      expect((await like(zoe, own)).status).toBe(200)
    })
    const [dan] = await people('Dan')
    const old = await version()
    await like(dan, own)
    expect((await version())?.at > old?.at).toBe(true)
  })

  it('is counted up to a hundred', async () => {
    const [ada, ben] = await people('Ada', 'Ben')
    for (let n = 0; n < 105; n++) await insertPost(rollcall.db, { id: uuidv7(), authorId: ben, parentId: null, body: `<@${ada}>`, mentions: [ada] })
    expect(await countUnread(rollcall.db, ada)).toBe(100)
  })
})

describe('pages', () => {
  // What is months old is erased, once in each hour.
  const dayAgo = Date.now() - 86_400_000
  const yesterday = (seconds = 0) => new Date(dayAgo + seconds * 1_000).toISOString()

  it('have every row once, also while more come and rows move', async () => {
    const [ada, ben, cleo] = await people('Ada', 'Ben', 'Cleo')
    const posts: string[] = []
    for (let n = 0; n < 12; n++) {
      const id = uuidv7()
      posts.push(id)
      // All at one moment, but for the last four.
      const createdAt = yesterday(Math.max(0, n - 7))
      await insertPost(rollcall.db, { id, authorId: ada, parentId: null, body: `Post ${n}`, createdAt })
      await insertLike(rollcall.db, id, ben, createdAt)
    }
    const seen: string[] = []
    let after: Awaited<ReturnType<typeof listNotifications>>['next'] | undefined
    for (let page = 0; after !== null; page++) {
      const { notifications, next } = await listNotifications(rollcall.db, ada, { after: after ?? undefined, limit: 5 })
      seen.push(...notifications.map(({ post }) => post.id))
      after = next
      // A new row, and one that moves up which was shown already.
      await insertPost(rollcall.db, { id: uuidv7(), authorId: cleo, parentId: null, body: `<@${ada}>`, mentions: [ada] })
      if (page === 0) await insertLike(rollcall.db, seen[0] ?? '', cleo)
    }
    expect(seen).toHaveLength(12)
    expect([...new Set(seen)].sort()).toEqual([...posts].sort())
    expect((await listOf(ada, '?limit=2')).notifications).toHaveLength(2)
    expect((await rollcall.request('/api/notifications?cursor=x', { as: ada })).status).toBe(400)
  })

  it('go on below many rows that are hidden, each at its cost', async () => {
    const [ada, ben, spammer] = await people('Ada', 'Ben', 'Spam')
    await insertPost(rollcall.db, { id: uuidv7(), authorId: ben, parentId: null, body: `<@${ada}>`, mentions: [ada], createdAt: yesterday() })
    await sql()`with spam as (insert into posts (id, author_id, body, deleted_at) select gen_random_uuid(), ${spammer}, 'Buy', now() from generate_series(1, ${WALKED_AT_MOST + 5}) returning id)
      insert into notifications (post_id, user_id, kind) select id, ${ada}, 'mention' from spam`
    const first = await listNotifications(rollcall.db, ada, { limit: 20 })
    expect(first).toEqual({ notifications: [], next: expect.anything() })
    const second = await listNotifications(rollcall.db, ada, { limit: 20, after: first.next ?? undefined })
    expect(second).toMatchObject({ notifications: [{ kind: 'mention' }], next: null })
  })
})

describe('what is private', () => {
  it('is told on the person\'s own streams, on every instance, and on nobody else\'s', async () => {
    const [ada, ben] = await people('Ada', 'Ben')
    const open = async (as: string | null, by: number) => {
      const { url } = rollcall.apps[by] ?? rollcall.app
      return openEventStream(url, as ? await rollcall.clerk.session(as, { azp: url }) : undefined)
    }
    const own = [await open(ada, 0), await open(ada, 1)]
    const others = [await open(ben, 0), await open(zoe, 1), await open(null, 0), await open(null, 1)]
    const hear = (unread: number) => Promise.all(own.map(stream => stream.next(message => message.type === 'notifications' && message.unread === unread)))

    const mine = await post(ada)
    await like(ben, mine)
    expect(await hear(1)).toEqual([0, 1].map(() => ({ type: 'notifications', userId: ada, unread: 1 })))
    await post(zoe, `Hello <@${ada}>`)
    await hear(2)
    await see(ada)
    await hear(0)
    const last = await post(ben, 'Hello', mine)
    await Promise.all(others.map(stream => stream.next(message => message.type === 'posts' && message.posts.some(({ id }) => id === last))))
    for (const stream of others) expect(stream.raw()).not.toContain('notifications')
    for (const stream of [...own, ...others]) stream.close()
  })

  it('tells again when a like or a post is taken back, hidden or edited, and when the mark moves', async () => {
    const [ada, ben] = await people('Ada', 'Ben')
    const mine = await post(ada)
    const stream = await openEventStream(rollcall.app.url, await rollcall.clerk.session(ada, { azp: rollcall.app.url }))
    let heard = 0
    const next = async (unread: number) => {
      await expect.poll(() => stream.messages.filter(({ type }) => type === 'notifications').length).toBeGreaterThan(heard)
      await expect.poll(() => stream.messages.findLast(({ type }) => type === 'notifications')).toMatchObject({ unread })
      heard = stream.messages.filter(({ type }) => type === 'notifications').length
    }
    await insertLike(rollcall.db, mine, ben)
    await next(1)
    await deleteLike(rollcall.db, mine, ben)
    await next(0)
    const reply = await post(ben, 'Hello', mine)
    await next(1)
    await remove(ben, reply)
    await next(0)
    await restore(ben, reply)
    await next(1)
    await judge(reply, 'hide')
    await next(0)
    await judge(reply, 'restore')
    await next(1)
    const edited = await post(ben)
    await edit(ben, edited, `Hello <@${ada}>`, [ada])
    await next(2)
    await edit(ben, edited, 'Hello', [])
    await next(1)
    await edit(ben, edited, `Hello <@${ada}>`, [ada])
    await next(2)
    await markSeen(rollcall.db, ada, new Date().toISOString())
    await next(0)
    stream.close()
  })
})
