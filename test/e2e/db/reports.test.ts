import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { findChangedPosts } from '#db/queries/changes.ts'
import { decide } from '#db/queries/decisions.ts'
import { findLikeState, insertLike } from '#db/queries/likes.ts'
import { deletePost, insertPost, restorePost } from '#db/queries/post-changes.ts'
import { findPost, listPosts, listReplies } from '#db/queries/posts.ts'
import { findCase, insertReport, listCases } from '#db/queries/reports.ts'
import { createTestDatabase } from '../support/rollcall.ts'

let db: Database
let post: string
beforeAll(async () => {
  db = openDatabase(await createTestDatabase(), { max: 2 })
})
afterAll(() => closeDatabase(db))

const [ada, ben, cleo, admin] = ['user_ada', 'user_ben', 'user_cleo', 'user_admin'] as const
const spam = { reason: 'spam', note: null } as const
const write = async (authorId: string, parentId: string | null = null) => {
  const id = uuidv7()
  return { id, written: await insertPost(db, { id, authorId, parentId, body: `By ${authorId}` }) }
}
const open = async () => (await listCases(db, { state: 'open', limit: 10 })).cases
const decided = async () => (await listCases(db, { state: 'decided', limit: 10 })).cases

beforeEach(async () => {
  await db.$client`truncate users cascade`
  await db.$client`insert into users (id, username, first_name, clerk_updated_at, clerk_created_at, synced_at, synced_by)
    select 'user_' || lower(name), lower(name), name, now(), now(), now(), 'webhook' from unnest(array['Ada', 'Ben', 'Cleo', 'Admin']) name`;
  ({ id: post } = await write(ada))
})

it('reports of one post are one case, once for each who reports', async () => {
  expect(await insertReport(db, ben, { postId: post, reason: 'spam', note: 'Buy!' })).toBe(true)
  expect(await insertReport(db, cleo, { postId: post, ...spam })).toBe(true)
  expect(await insertReport(db, cleo, { postId: post, reason: 'hate', note: null })).toBe(true)
  expect(await open()).toMatchObject([{
    user: { id: ada, name: 'Ada' },
    post: { id: post, body: 'By user_ada', deleted: false, hidden: false },
    decidedAt: null,
    reasons: { spam: 1, hate: 1 },
    reports: [{ reporter: { id: cleo, name: 'Cleo' }, reason: 'hate', note: null, at: expect.stringMatching(/Z$/) }, { reporter: { id: ben }, note: 'Buy!' }],
    decisions: [],
  }])
  // The person is a case of its own.
  expect(await insertReport(db, ben, { userId: ada, ...spam })).toBe(true)
  expect(await insertReport(db, cleo, { userId: ada, ...spam })).toBe(true)
  expect(await open()).toMatchObject([{ user: { id: ada }, post: null, reasons: { spam: 2 } }, { post: { id: post } }])
  const first = await listCases(db, { state: 'open', limit: 1 })
  expect(await listCases(db, { state: 'open', limit: 1, after: first.next ?? undefined })).toMatchObject({ cases: [{ post: { id: post } }], next: null })
})

it('nobody reports themselves, nor what is not there, and nobody who is not here reports', async () => {
  for (const [by, report] of [[ada, { postId: post }], [ada, { userId: ada }], ['user_nobody', { postId: post }], [ben, { postId: uuidv7() }], [ben, { userId: 'user_nobody' }]] as const) {
    expect(await insertReport(db, by, { ...report, ...spam })).toBe(false)
  }
  await deletePost(db, post, ada)
  expect(await insertReport(db, ben, { postId: post, ...spam })).toBe(false)
  await db.$client`update users set banned = true where id = ${ben}`
  expect(await insertReport(db, ben, { userId: ada, ...spam })).toBe(false)
  expect(await open()).toEqual([])
})

it('a hidden post is gone for all but its author, and back when it is restored', async () => {
  const { id: reply } = await write(ben, post)
  await insertLike(db, post, ben)
  await insertReport(db, ben, { postId: post, ...spam })
  const [{ id: caseId = '' } = {}] = await open()
  const seenBy = async (viewerId: string | null) => {
    const list = async (author?: string) => (await listPosts(db, { limit: 10, viewerId, author })).posts.map(({ id, body, withheld }) => ({ id, body, withheld }))
    const { body, withheld } = await findPost(db, post, viewerId) ?? {}
    return { feed: await list(), profile: await list(ada), body, withheld }
  }
  const shown = { id: post, body: 'By user_ada', withheld: null }
  expect(await seenBy(null)).toEqual({ feed: [shown], profile: [shown], body: 'By user_ada', withheld: null })

  expect(await decide(db, caseId, admin, { action: 'hide', note: 'It is spam.' })).toBe(true)
  // It keeps its place above the reply.
  for (const viewer of [null, ben, admin]) expect(await seenBy(viewer)).toEqual({ feed: [], profile: [], body: null, withheld: 'hidden' })
  expect(await seenBy(ada)).toEqual({ feed: [], profile: [{ ...shown, withheld: 'hidden' }], body: 'By user_ada', withheld: 'hidden' })
  expect(await findChangedPosts(db, [post])).toMatchObject([{ id: post, shown: false }])
  expect(await findLikeState(db, post, ben)).toBeUndefined()
  expect((await write(cleo, post)).written).toBe(false)
  expect(await insertReport(db, cleo, { postId: post, ...spam })).toBe(false)
  expect(await open()).toEqual([])
  expect(await decided()).toMatchObject([{ id: caseId, post: { hidden: true }, decisions: [{ by: admin, byName: 'Admin', action: 'hide', note: 'It is spam.' }] }])

  // Its author deletes it and takes that back: it stays hidden.
  await deletePost(db, post, ada)
  expect(await restorePost(db, post, ada)).toBe(true)
  expect(await seenBy(ben)).toMatchObject({ feed: [], body: null, withheld: 'hidden' })

  expect(await decide(db, caseId, cleo, { action: 'restore', note: null })).toBe(true)
  expect(await seenBy(ben)).toMatchObject({ feed: [shown], withheld: null })
  expect((await listReplies(db, post, { limit: 1, viewerId: ben })).posts).toMatchObject([{ id: reply }])
  expect(await findCase(db, caseId)).toMatchObject({ post: { hidden: false }, decisions: [{ by: cleo, action: 'restore', note: null }, { action: 'hide' }] })
})

it('a hidden reply is not counted, and leaves its thread', async () => {
  const { id: reply } = await write(ben, post)
  await insertReport(db, cleo, { postId: reply, ...spam })
  const [{ id: caseId = '' } = {}] = await open()
  await decide(db, caseId, admin, { action: 'hide', note: null })
  expect(await findPost(db, post, cleo)).toMatchObject({ replyCount: 0 })
  expect((await listReplies(db, post, { limit: 10, viewerId: cleo })).posts).toEqual([])
  expect((await listReplies(db, post, { limit: 10, viewerId: ben })).posts).toMatchObject([{ id: reply, withheld: 'hidden' }])
})

it('what was dismissed opens again with the next report, and a person is not hidden', async () => {
  await insertReport(db, ben, { userId: ada, ...spam })
  const [{ id: caseId = '' } = {}] = await open()
  expect(await decide(db, caseId, admin, { action: 'hide', note: null })).toBe(false)
  expect(await decide(db, caseId, admin, { action: 'dismiss', note: null })).toBe(true)
  expect(await open()).toEqual([])
  expect(await insertReport(db, cleo, { userId: ada, ...spam })).toBe(true)
  expect(await open()).toMatchObject([{ id: caseId, decidedAt: null, reasons: { spam: 2 }, decisions: [{ action: 'dismiss' }] }])
  expect(await decide(db, uuidv7(), admin, { action: 'dismiss', note: null })).toBe(false)
})
