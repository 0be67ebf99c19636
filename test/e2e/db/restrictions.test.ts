import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { findLikeState, insertLike } from '#db/queries/likes.ts'
import { listMembers, listNewcomers } from '#db/queries/members.ts'
import { findMentionable } from '#db/queries/mentions.ts'
import { insertPost } from '#db/queries/post-changes.ts'
import { searchPosts } from '#db/queries/post-search.ts'
import { findPost, listAncestors, listPosts, listReplies } from '#db/queries/posts.ts'
import { findHidden, isPostBlocked, lift, listRestrictions, restrict } from '#db/queries/restrictions.ts'
import { findUser } from '#db/queries/users.ts'
import { resolveMentions } from '#server/utils/mentions.ts'
import { RESTRICTED_AT_MOST } from '#shared/types/moderation.ts'
import type { RestrictionKind } from '#shared/types/moderation.ts'
import { mentionOf } from '#shared/utils/mentions.ts'
import { createTestDatabase } from '../support/rollcall.ts'

let db: Database
beforeAll(async () => {
  db = openDatabase(await createTestDatabase(), { max: 2 })
})
afterAll(() => closeDatabase(db))

const [viewer, other, third] = ['user_viewer', 'user_other', 'user_third'] as const
/** What stands between the viewer and the other person. */
const cases: Record<string, [by: string, of: string, RestrictionKind] | undefined> = {
  'nothing': undefined,
  'I muted them': [viewer, other, 'mute'],
  'I blocked them': [viewer, other, 'block'],
  'they muted me': [other, viewer, 'mute'],
  'they blocked me': [other, viewer, 'block'],
}
const write = async (authorId: string, parentId: string | null = null, more = {}) => {
  const id = uuidv7()
  return { id, written: await insertPost(db, { id, authorId, parentId, body: `By ${authorId}`, ...more }) }
}

beforeEach(async () => {
  await db.$client`truncate users cascade`
  await db.$client`insert into users (id, username, first_name, clerk_updated_at, clerk_created_at, synced_at, synced_by)
    select 'user_' || name, name, name, now(), now(), now(), 'webhook' from unnest(array['viewer', 'other', 'third']) name`
})

describe.each(Object.entries(cases))('%s', (name, restriction) => {
  const reaches = ['nothing', 'they muted me'].includes(name)
  const unblocked = reaches || name === 'I muted them'
  const withheld = { 'I muted them': 'muted', 'I blocked them': 'blocked', 'they blocked me': 'unavailable' }[name] ?? null

  let post: string
  let reply: string
  let below: string
  beforeEach(async () => {
    // What was there before stays.
    ({ id: post } = await write(other))
    const { id: root } = await write(third);
    ({ id: reply } = await write(other, root));
    ({ id: below } = await write(third, reply))
    if (restriction) expect(await restrict(db, ...restriction)).toBe(true)
  })

  it('lists and threads', async () => {
    const page = { limit: 10, viewerId: viewer }
    const authors = async (author?: string) => (await listPosts(db, { ...page, author })).posts.map(one => one.author.id)
    expect(await authors()).toEqual(reaches ? [third, other] : [third])
    expect(await authors(other)).toEqual(unblocked ? [other] : [])
    expect((await listPosts(db, { limit: 10, viewerId: null })).posts).toHaveLength(2)

    const replies = async (author: string) => (await listPosts(db, { ...page, author, kind: 'replies' })).posts
    expect((await replies(other)).map(({ id }) => id)).toEqual(unblocked ? [reply] : [])
    expect(await replies(third)).toMatchObject([{ id: below, parent: { id: reply, shown: unblocked } }])
    expect((await searchPosts(db, 'other', page)).posts.map(({ id }) => id)).toEqual(reaches ? [reply, post] : [])
    expect((await searchPosts(db, 'third', page)).posts).toHaveLength(2)

    const { parentId: root } = await findPost(db, reply, null) ?? {}
    // Someone else answered it, so it keeps its place.
    expect((await listReplies(db, root ?? '', page)).posts).toMatchObject([{ id: reply, body: reaches ? `By ${other}` : null, withheld, replyCount: 1 }])
    expect(await listAncestors(db, below, viewer)).toMatchObject([{ id: root, withheld: null }, { id: reply, body: reaches ? `By ${other}` : null, withheld }])
    const { id: alone } = await write(third)
    const { id: unanswered } = await write(other, alone)
    expect((await listReplies(db, alone, page)).posts.map(({ id }) => id)).toEqual(reaches ? [unanswered] : [])
  })

  it('a post by its id', async () => {
    expect(await findPost(db, post, viewer)).toEqual(unblocked ? expect.objectContaining({ body: `By ${other}`, withheld: null }) : undefined)
    expect(await findPost(db, reply, viewer)).toMatchObject({ body: unblocked ? `By ${other}` : null, withheld: unblocked ? null : withheld })
    expect(await findPost(db, post, null)).toMatchObject({ body: `By ${other}` })
  })

  it('profiles, the directory and mentions', async () => {
    expect(await findUser(db, other, viewer)).toMatchObject({ restriction: restriction?.[0] === viewer ? restriction[2] : null, blocksViewer: name === 'they blocked me' })
    const found = async (q: string) => (await listMembers(db, { q, limit: 10, viewerId: viewer })).users.map(({ id }) => id).sort()
    expect(await found('')).toEqual(unblocked ? [other, third, viewer] : [third, viewer])
    expect(await found('other')).toEqual(unblocked ? [other] : [])
    expect((await listNewcomers(db, viewer, 10)).map(({ id }) => id)).toEqual(reaches ? [viewer, third, other] : [viewer, third])
    expect(await findMentionable(db, viewer, [other, third], ['other'])).toEqual(expect.arrayContaining([
      { id: other, username: unblocked ? null : 'other', blocked: !unblocked }, { id: third, username: null, blocked: false },
      ...unblocked ? [{ id: other, username: 'other', blocked: false }] : [],
    ]))
    expect(await findMentionable(db, viewer, [], ['other'])).toHaveLength(unblocked ? 1 : 0)
    expect(await findHidden(db, viewer)).toEqual(reaches ? {} : { [other]: restriction?.[0] === viewer ? restriction[2] : 'blocked-by' })
  })

  it.each([[viewer, other], [other, viewer]])('%s likes, answers and mentions %s', async (from, to) => {
    const { id: theirs } = await write(to)
    await insertLike(db, theirs, from)
    expect(await findLikeState(db, theirs, from)).toMatchObject({ likedByMe: unblocked })
    expect((await write(from, theirs)).written).toBe(unblocked)
    expect(await isPostBlocked(db, theirs, from)).toBe(!unblocked)
    const { id } = await write(from, null, { mentions: [to, third] })
    expect((await findPost(db, id, null))?.mentions).toHaveLength(unblocked ? 2 : 1)
    const typed = `Hi ${mentionOf(to)} and ${mentionOf(third)}`
    expect(await resolveMentions(db, from, typed)).toEqual(unblocked
      ? { body: typed, mentions: [to, third] }
      : { body: `Hi @${to.slice('user_'.length)} and ${mentionOf(third)}`, mentions: [third] })
  })
})

it('a mention by id across a block names nobody who has no user name, and the deleted are mentioned as ever', async () => {
  await restrict(db, other, viewer, 'block')
  await db.$client`update users set username = null where id = ${other}`
  expect(await resolveMentions(db, viewer, `Hi ${mentionOf(other)}`)).toEqual({ body: 'Hi someone', mentions: [] })
  await db.$client`update users set first_name = null, deleted_at = now() where id = ${other}`
  expect(await resolveMentions(db, viewer, `Hi ${mentionOf(other)}`)).toEqual({ body: `Hi ${mentionOf(other)}`, mentions: [other] })
})

it('a block takes the place of a mute, and what is lifted is gone', async () => {
  await restrict(db, viewer, other, 'mute')
  await restrict(db, viewer, third, 'mute')
  const before = await listRestrictions(db, viewer, { limit: 10 })
  expect(before).toMatchObject({ restrictions: [{ kind: 'mute', user: { id: third } }, { kind: 'mute', user: { id: other } }], next: null })
  await restrict(db, viewer, third, 'mute')
  expect(await listRestrictions(db, viewer, { limit: 10 })).toEqual(before)

  await restrict(db, viewer, other, 'block')
  const first = await listRestrictions(db, viewer, { limit: 1 })
  expect(first).toMatchObject({ restrictions: [{ kind: 'block', user: { id: other } }] })
  expect(await listRestrictions(db, viewer, { limit: 1, after: first.next ?? undefined })).toMatchObject({ restrictions: [{ user: { id: third } }], next: null })
  await lift(db, viewer, other)
  await lift(db, viewer, other)
  expect((await listRestrictions(db, viewer, { limit: 10 })).restrictions).toHaveLength(1)
})

it('nobody is restricted by someone who is banned or not here, nor when they are deleted, nor beyond the bound', async () => {
  const sql = db.$client
  expect(await restrict(db, 'user_nobody', other, 'mute')).toBe(false)
  expect(await restrict(db, viewer, 'user_nobody', 'mute')).toBe(false)
  await sql`update users set deleted_at = now() where id = ${other}`
  expect(await restrict(db, viewer, other, 'mute')).toBe(false)
  await sql`update users set deleted_at = null, banned = true where id = ${other}`
  expect(await restrict(db, viewer, other, 'mute')).toBe(true)
  expect(await restrict(db, other, viewer, 'mute')).toBe(false)

  await sql`insert into users (id, synced_at, synced_by) select 'user_' || n, now(), 'webhook' from generate_series(2, ${RESTRICTED_AT_MOST}::int) n`
  await sql`insert into restrictions (user_id, other_id, kind) select ${viewer}, 'user_' || n, 'mute' from generate_series(2, ${RESTRICTED_AT_MOST}::int) n`
  expect(await restrict(db, viewer, third, 'mute')).toBe(false)
  expect(await restrict(db, viewer, other, 'mute')).toBe(true)
  expect(await restrict(db, viewer, third, 'block')).toBe(true)
  expect(Object.keys(await findHidden(db, viewer))).toHaveLength(RESTRICTED_AT_MOST + 1)
})

it('a page walks to its bound past those who are hidden, and says that there is more', async () => {
  await db.$client`insert into posts (id, author_id, body) select gen_random_uuid(), ${other}, 'x' from generate_series(1, 2500)`
  await write(third, null, { createdAt: '2020-01-01T00:00:00.000Z' })
  await restrict(db, viewer, other, 'mute')
  const first = await listPosts(db, { limit: 10, viewerId: viewer })
  expect(first).toMatchObject({ posts: [], next: { id: expect.any(String) } })
  expect(await listPosts(db, { limit: 10, viewerId: viewer, after: first.next ?? undefined })).toMatchObject({ posts: [{ author: { id: third } }], next: null })
})
