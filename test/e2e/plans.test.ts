import { resolve } from 'node:path'
import { v7 as uuidv7 } from 'uuid'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { listAdminUsers } from '#db/queries/admin-users.ts'
import { findChangedPosts, findChangedUsers } from '#db/queries/changes.ts'
import { eraseDeletedPosts, eraseLikesOf, eraseMentionsOf, eraseNotesOf, eraseNotificationsOf, eraseOldNotifications, erasePostsOf, eraseRestrictionsOf, findExpiredUsers, findTextsNaming, markErased } from '#db/queries/erase.ts'
import { findStoredFacts } from '#db/queries/facts.ts'
import { listNewcomersForGuests } from '#db/queries/guests.ts'
import { findUnsettledAuthor, hidePosts } from '#db/queries/hiding.ts'
import { deleteLike, findLikeState, insertLike } from '#db/queries/likes.ts'
import { listMembers, listNewcomers } from '#db/queries/members.ts'
import { findMentionable } from '#db/queries/mentions.ts'
import { countUnread, listNotifications, markSeen } from '#db/queries/notifications.ts'
import { findPostByKey, insertPost } from '#db/queries/post-changes.ts'
import { searchPosts } from '#db/queries/post-search.ts'
import { findPost, listAncestors, listPosts, listReplies } from '#db/queries/posts.ts'
import { insertReport, listCases } from '#db/queries/reports.ts'
import { findHidden, lift, listRestrictions, restrict } from '#db/queries/restrictions.ts'
import { findUnlisted } from '#db/queries/scan.ts'
import { ensureSyncState } from '#db/queries/state.ts'
import { findUser } from '#db/queries/users.ts'
import type { Position } from '#shared/schemas/paging.ts'
import { RESTRICTED_AT_MOST } from '#shared/types/moderation.ts'
import { COUNTED_AT_MOST } from '#shared/types/post.ts'
import { settlePosts } from '#server/sync/hiding.ts'
import { bigNow, bigPostId, bigUserId, fillDatabase, popularPostId } from './support/big.ts'
import { createTestDatabase } from './support/rollcall.ts'

/** `.ci/run` says a million. */
const size = { users: 100_000, posts: Number(process.env.ROLLCALL_POSTS ?? 250_000), popular: 99_990 }
/** What a page of 20 to 30 rows may touch in any one step: itself, and what it counts. */
const ROWS_AT_MOST = 2_000
/** A search also touches everyone whom it finds. */
const NAMESAKES = size.users / 8
/** In posts that say the same it looks at fewer: at its list of these in the index, and at so many rows. */
const FORMERLY = size.posts / 10
const SORTED = 50_001

interface Step {
  'Node Type': string
  'Relation Name'?: string | undefined
  'Index Name'?: string | undefined
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number | undefined
  'Plans'?: Step[] | undefined
}
const Step: v.GenericSchema<unknown, Step> = v.object({
  'Node Type': v.string(),
  'Relation Name': v.optional(v.string()),
  'Index Name': v.optional(v.string()),
  'Actual Rows': v.number(),
  'Actual Loops': v.number(),
  'Rows Removed by Filter': v.optional(v.number()),
  'Plans': v.optional(v.array(v.lazy(() => Step))),
})
const Explained = v.tuple([v.object({ 'QUERY PLAN': v.tuple([v.object({ Plan: Step })]) })])

const withChildren = (step: Step): Step[] => [step, ...(step.Plans ?? []).flatMap(withChildren)]
const rowsOf = (step: Step) => (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)) * step['Actual Loops']

let db: Database
let asked: { statement: string, parameters: unknown[] }[] = []

/** Opens a database of its own, and fills it. */
async function fill(size: Parameters<typeof fillDatabase>[1]) {
  const url = await createTestDatabase()
  await migrateDatabase(url, resolve(import.meta.dirname, '../../db/migrations'))
  db = openDatabase(url, { max: 1, onQuery: (statement, parameters) => asked.push({ statement, parameters }) })
  await fillDatabase(db, size)
}

/**
 * Every step of the plans of the statements that a query of ours runs. They run once more to be explained.
 * @param undo makes the second run do what the first did
 */
async function stepsOf(run: () => Promise<unknown>, undo = async () => {}): Promise<Step[]> {
  asked = []
  await run()
  const statements = asked
  asked = []
  await undo()
  const plans = []
  for (const { statement, parameters } of statements) plans.push(...await explain(statement, parameters))
  return plans
}

async function explain(statement: string, parameters: unknown[]): Promise<Step[]> {
  const values = parameters.map(one => one === null || Array.isArray(one) ? one : String(one))
  const rows = await db.$client.unsafe(`explain (analyze, format json) ${statement}`, values)
  return withChildren(v.parse(Explained, [...rows])[0]['QUERY PLAN'][0].Plan)
}

const expectCheap = async (indexes: string[], run: () => Promise<unknown>, rowsAtMost = ROWS_AT_MOST) => expectCheapSteps(await stepsOf(run), indexes, rowsAtMost)

function expectCheapSteps(steps: Step[], indexes: string[], rowsAtMost = ROWS_AT_MOST) {
  const read = steps.filter(step => step['Relation Name'] ?? step['Index Name'])
  const tell = steps.map(step => `${step['Node Type']} ${step['Index Name'] ?? step['Relation Name'] ?? ''} ${rowsOf(step)}`).join('\n')
  for (const index of indexes) expect(read.map(step => step['Index Name']), tell).toContain(index)
  expect(read.filter(step => step['Node Type'] === 'Seq Scan'), tell).toEqual([])
  expect(Math.max(0, ...read.map(rowsOf)), tell).toBeLessThanOrEqual(rowsAtMost)
}

describe(`with ${size.users} people and ${size.posts} posts`, () => {
  beforeAll(async () => {
    await fill(size)
    // What fills it further may take its time.
    await db.$client`set statement_timeout = 0`
    await restrictMany(blocker)
    await reportMany()
    // A connection asks for Postgres's types before its first prepared statement.
    await listPosts(db, { limit: 1, viewerId: null })
  }, 240_000)
  afterAll(() => closeDatabase(db))

  /** 20,000 cases, half of them decided, with two reports each. */
  async function reportMany() {
    await db.$client.begin(async (sql) => {
      await sql`set local session_replication_role = replica`
      await sql`insert into report_cases (id, user_id, post_id, reported_at, decided_at)
        select gen_random_uuid(), author_id, id, created_at, case when row_number() over () % 2 = 0 then created_at end from (select * from posts limit 20000) posts`
      await sql`insert into reports (case_id, reporter_id, reason, note, created_at)
        select c.id, 'user_' || lpad((1 + n * 10000 + abs(hashtext(c.id::text)) % 10000)::text, 27, '0'), 'spam', 'A note.', c.reported_at from report_cases c, generate_series(1, 2) n`
      await sql`insert into report_decisions (id, case_id, decided_by, action, note) select gen_random_uuid(), id, user_id, 'hide', 'A note.' from report_cases where decided_at is not null`
    })
    await db.$client`vacuum analyze report_cases, reports, report_decisions`
  }

  /** Writes many rows, which may take longer than a request may. */
  async function writeMany(run: (sql: Database['$client']) => Promise<unknown>) {
    const session = db.openSession({ silentMs: 240_000 })
    await session.$client`set statement_timeout = 0`
    await run(session.$client)
    await closeDatabase(session)
    // The idle connection may be another one by now.
    await listPosts(db, { limit: 1, viewerId: null })
  }

  const someone = bigUserId(7)
  /** Muted 1,000 people, blocked 1,000, and was blocked by 50,000. */
  const blocker = bigUserId(12)
  async function restrictMany(id: string) {
    await db.$client`insert into restrictions (user_id, other_id, kind)
      select ${id}, 'user_' || lpad(n::text, 27, '0'), case when n % 2 = 0 then 'mute' else 'block' end from generate_series(1001, 3000) n`
    await db.$client`insert into restrictions (user_id, other_id, kind) select 'user_' || lpad(n::text, 27, '0'), ${id}, 'block' from generate_series(50001, 100000) n`
    await db.$client`vacuum analyze restrictions`
  }

  const farDown = new Date(Date.parse(bigNow) - 60 * 86_400_000).toISOString()
  const lead = bigPostId(size.posts / 2)
  const after = { key: farDown, id: lead }
  const posts = { limit: 20, viewerId: someone }
  const people = { q: '', limit: 30 }
  const users = { q: '', order: 'desc', limit: 30 } as const

  it.each<[string, string[], () => Promise<unknown>, rowsAtMost?: number]>([
    ['the feed', ['posts_feed_idx'], () => listPosts(db, posts)],
    ['the feed, far down', ['posts_feed_idx'], () => listPosts(db, { ...posts, after })],
    ['a person\'s posts', ['posts_profile_idx'], () => listPosts(db, { ...posts, author: someone })],
    ['a person\'s posts, far down', ['posts_profile_idx'], () => listPosts(db, { ...posts, author: someone, after })],
    ['what a person replied', ['posts_profile_replies_idx'], () => listPosts(db, { ...posts, author: someone, kind: 'replies' })],
    ['what a person replied, far down', ['posts_profile_replies_idx'], () => listPosts(db, { ...posts, author: someone, kind: 'replies', after })],
    ['posts with a rare word', ['posts_newest_idx', 'posts_words_idx'], () => searchPosts(db, '471123', posts)],
    ['posts with a rare word, far down', ['posts_newest_idx', 'posts_words_idx'], () => searchPosts(db, '471123', { ...posts, after: { key: bigNow, id: lead } })],
    ['posts with a word that all have', ['posts_newest_idx'], () => searchPosts(db, 'post', posts)],
    ['posts with a word that all have, far down', ['posts_newest_idx'], () => searchPosts(db, 'post', { ...posts, after })],
    ['posts with a beginning of words', ['posts_newest_idx', 'posts_words_idx'], () => searchPosts(db, '47112', posts)],
    ['posts with words that none has', ['posts_newest_idx', 'posts_words_idx'], () => searchPosts(db, 'nothing of this', posts)],
    ['posts with a word that only old ones have, but many', ['posts_newest_idx', 'posts_words_idx'], () => searchPosts(db, 'formerly', posts), FORMERLY],
    ['a post', ['posts_pkey'], () => findPost(db, lead, someone)],
    ['what a reply answers', ['posts_pkey'], () => listAncestors(db, bigPostId(size.posts / 2 + 1), someone)],
    ['replies', ['posts_parent_idx'], () => listReplies(db, lead, posts)],
    ['replies, far down', ['posts_parent_idx'], () => listReplies(db, lead, { ...posts, after })],
    ['a post by its key', ['posts_key_idx'], () => findPostByKey(db, someone, lead)],
    ['a person', ['users_pkey'], () => findUser(db, someone)],
    ['people, newest first', ['users_joined_idx'], () => listMembers(db, people)],
    ['people, far down', ['users_joined_idx'], () => listMembers(db, { ...people, cursor: { key: farDown, id: someone } })],
    ['people of a rare name', ['users_search_idx'], () => listMembers(db, { ...people, q: 'family77' })],
    ['people of a common name', ['users_search_idx'], () => listMembers(db, { ...people, q: 'zoe' }), NAMESAKES],
    ['a person by user name', ['users_search_idx'], () => listMembers(db, { ...people, q: 'person4711' })],
    ['who is mentioned', ['users_pkey', 'users_username_idx'], () => findMentionable(db, lead, [someone], ['person8'])],
    ['users for an admin, by when they joined', ['users_joined_idx'], () => listAdminUsers(db, { ...users, sort: 'joined' })],
    ['users for an admin, by name', ['users_display_name_idx'], () => listAdminUsers(db, { ...users, sort: 'name' })],
    ['users for an admin, by when they were synced', ['users_synced_idx'], () => listAdminUsers(db, { ...users, sort: 'synced' })],
    ['users for an admin, found', ['users_search_idx'], () => listAdminUsers(db, { ...users, q: 'family77', sort: 'name' })],
    ['users for an admin, found by the end of an id', ['users_search_idx', 'users_id_start_idx', 'users_id_end_idx'], () => listAdminUsers(db, { ...users, q: '00047113', sort: 'joined' })],
    ['users for an admin, found by the beginning of an id', ['users_id_start_idx'], () => listAdminUsers(db, { ...users, q: bigUserId(47_113).slice(0, -2), sort: 'joined' })],
    ['deleted users', ['users_deleted_idx'], () => listAdminUsers(db, { ...users, status: 'gone', sort: 'name' })],
    ['users whose news has not come', ['users_pending_idx'], () => listAdminUsers(db, { ...users, status: 'pending', sort: 'joined' })],
    ['users that a scan did not list', ['users_joined_idx'], () => findUnlisted(db, { from: Date.parse(bigNow) - 100 * 60_000, to: Date.parse(bigNow), beganAt: bigNow, listed: [someone] })],
    ['posts that changed', ['posts_pkey'], () => findChangedPosts(db, [lead, bigPostId(size.posts / 2 + 1)])],
    ['people who changed', ['users_pkey', 'posts_author_idx', 'mentions_user_idx'], () => findChangedUsers(db, [someone])],
    ['newcomers', ['users_joined_idx'], () => listNewcomers(db, someone, 8)],
    ['newcomers for a guest', ['users_joined_idx', 'posts_author_idx', 'mentions_user_idx'], () => listNewcomersForGuests(db, 8)],
    ['who is to be erased', ['users_unerased_idx'], () => findExpiredUsers(db, 30)],
    ['deleted posts to erase', ['posts_deleted_idx'], () => eraseDeletedPosts(db, 30)],
    ['posts of the deleted to erase', ['posts_written_idx'], () => erasePostsOf(db, [bigUserId(90_001)])],
    ['likes of the deleted to erase', ['likes_user_idx'], () => eraseLikesOf(db, [bigUserId(90_002)])],
    ['mentions of the deleted to erase', ['mentions_user_idx'], () => eraseMentionsOf(db, [bigUserId(90_001)])],
    ['notifications', ['notifications_list_idx', 'likes_newest_idx', 'mentions_pkey'], () => listNotifications(db, someone, { limit: 20 })],
    ['notifications, far down', ['notifications_list_idx'], () => listNotifications(db, someone, { limit: 20, after })],
    ['the unread of someone who never looked', ['notifications_list_idx', 'likes_newest_idx'], () => countUnread(db, someone)],
    ['a like of a post whose author is notified already', ['notifications_pkey'], () => insertLike(db, lead, bigUserId(5))],
    ['notifications of the deleted to erase', ['notifications_list_idx', 'notifications_liker_idx'], () => eraseNotificationsOf(db, [bigUserId(90_002)])],
    ['old notifications to erase', ['notifications_at_idx'], () => eraseOldNotifications(db)],
    ['texts with a user name to erase', ['posts_names_idx'], () => findTextsNaming(db, 'ab'.repeat(32))],
    ['who is erased', ['users_unerased_idx', 'posts_written_idx', 'likes_user_idx', 'mentions_user_idx'], () => markErased(db, [bigUserId(90_003)])],
    ['mutes and blocks of the deleted to erase', ['restrictions_pkey', 'restrictions_other_idx'], () => eraseRestrictionsOf(db, [bigUserId(90_001)])],
    ['notes about the deleted to erase', ['reports_noted_idx', 'report_cases_user_idx', 'report_decisions_case_idx'], () => eraseNotesOf(db, [bigUserId(90_001)])],
    ['open reports', ['report_cases_open_idx', 'reports_case_idx', 'report_decisions_case_idx'], () => listCases(db, { state: 'open', limit: 20 })],
    ['open reports, far down', ['report_cases_open_idx'], () => listCases(db, { state: 'open', limit: 20, after })],
    ['decided reports', ['report_cases_decided_idx'], () => listCases(db, { state: 'decided', limit: 20 })],
    ['a report', ['posts_pkey', 'users_pkey'], () => insertReport(db, someone, { postId: lead, reason: 'spam', note: null })],
    ['the feed for whom many hide from', ['posts_feed_idx', 'restrictions_pkey'], () => listPosts(db, { ...posts, viewerId: blocker })],
    ['a profile for them', ['posts_profile_idx', 'restrictions_pkey'], () => listPosts(db, { ...posts, viewerId: blocker, author: someone })],
    ['a post for them', ['posts_pkey', 'restrictions_pkey'], () => findPost(db, lead, blocker)],
    ['what a reply answers for them', ['posts_pkey', 'restrictions_pkey'], () => listAncestors(db, bigPostId(size.posts / 2 + 1), blocker)],
    ['replies for them', ['posts_parent_idx', 'restrictions_pkey'], () => listReplies(db, lead, { ...posts, viewerId: blocker })],
    ['people for them', ['users_joined_idx', 'restrictions_pkey'], () => listMembers(db, { ...people, viewerId: blocker }), 2 * RESTRICTED_AT_MOST],
    ['whom they muted and blocked', ['restrictions_list_idx'], () => listRestrictions(db, blocker, { limit: 30 })],
    ['whose posts do not reach them', ['restrictions_other_idx'], () => findHidden(db, blocker), 2 * RESTRICTED_AT_MOST],
    ['one more whom they mute', ['restrictions_pkey'], () => restrict(db, blocker, someone, 'mute'), 2 * RESTRICTED_AT_MOST],
    ['whose posts are to be hidden', ['users_unsettled_idx'], () => findUnsettledAuthor(db, '')],
  ])('%s come by their index', async (_, indexes, run, rowsAtMost = ROWS_AT_MOST) => {
    await expectCheap(indexes, run, rowsAtMost)
  })

  it('what is kept for a while is known by the indexes of what is to be erased', async () => {
    await ensureSyncState(db)
    const steps = await stepsOf(() => findStoredFacts(db))
    expect(steps.map(step => step['Index Name'])).toEqual(expect.arrayContaining(['users_unerased_idx', 'posts_deleted_idx']))
    expect(steps.filter(step => step['Node Type'] === 'Seq Scan' && ['users', 'posts'].includes(step['Relation Name'] ?? ''))).toEqual([])
  })

  it('a search reads few posts, however many have its words', async () => {
    for (const q of ['post', 'formerly', 'p', '47', 'post 471123']) {
      const steps = await stepsOf(() => searchPosts(db, q, posts))
      const rows = steps.filter(step => step['Relation Name'] === 'posts').map(step => step['Actual Rows'] * step['Actual Loops'])
      expect(Math.max(...rows), q).toBeLessThanOrEqual(SORTED)
    }
  })

  describe('one of whose posts 99,990 of them like and reply to', () => {
    const author = bigUserId(1 + (10 * 7919) % size.users)
    const liker = bigUserId(5)
    /** As if the like were not there, and the author had not heard of one for a while. */
    async function takeBack() {
      await db.$client`delete from likes where post_id = ${popularPostId} and user_id = ${liker}`
      await db.$client`update notifications set at = ${bigNow}, liker_id = null where post_id = ${popularPostId} and user_id = ${author}`
    }
    const giveAgain = () => insertLike(db, popularPostId, liker)

    it('a like, and that its author hears of it', async () => {
      await takeBack()
      const steps = await stepsOf(giveAgain, takeBack)
      expectCheapSteps(steps, ['users_pkey', 'posts_pkey', 'notifications_pkey'])
      // The plan is of a like that was written, and moved the notification.
      expect(steps.filter(step => step['Node Type'] === 'ModifyTable').map(rowsOf)).toEqual([1, 0, 1])
      expect(await findLikeState(db, popularPostId, liker)).toEqual({ likeCount: COUNTED_AT_MOST, likedByMe: true })
    })

    it.each<[string, string[], () => Promise<unknown>, undo?: () => Promise<void>]>([
      ['what is answered to it', ['likes_pkey', 'posts_pkey'], () => findLikeState(db, popularPostId, liker)],
      ['taking it back', ['likes_pkey', 'posts_pkey'], () => deleteLike(db, popularPostId, liker), giveAgain],
      ['a reply', ['posts_pkey'], () => insertPost(db, { id: uuidv7(), authorId: liker, parentId: popularPostId, body: 'Me too' })],
      ['what open pages are told', ['posts_pkey', 'posts_shown_replies_idx'], () => findChangedPosts(db, [popularPostId])],
      ['its page', ['posts_pkey', 'posts_shown_replies_idx'], () => findPost(db, popularPostId, liker)],
      ['its replies', ['posts_parent_idx'], () => listReplies(db, popularPostId, posts)],
      ['its replies, far down', ['posts_parent_idx'], () => listReplies(db, popularPostId, { ...posts, after: { key: new Date(Date.parse(bigNow) - 5 * 86_400_000).toISOString(), id: lead } })],
      ['its author\'s notifications', ['notifications_list_idx', 'likes_newest_idx'], () => listNotifications(db, author, { limit: 20 })],
      ['its author\'s notifications, far down', ['notifications_list_idx'], () => listNotifications(db, author, { limit: 20, after: { key: new Date(Date.parse(bigNow) - 5 * 86_400_000).toISOString(), id: lead } })],
      ['how many its author has not seen', ['notifications_list_idx'], () => countUnread(db, author)],
      ['what /api/me answers its author', ['users_pkey', 'restrictions_other_idx', 'notifications_list_idx'], () => Promise.all([findUser(db, author), findHidden(db, author), countUnread(db, author)])],
      ['that its author has seen them', ['users_pkey'], () => markSeen(db, author, bigNow)],
      ['how many are new then', ['notifications_list_idx'], () => countUnread(db, author)],
    ])('%s', async (_, indexes, run, undo) => {
      expectCheapSteps(await stepsOf(run, undo), indexes)
    })
  })

  describe('many of whom nobody sees', () => {
    // What was erased above.
    beforeAll(() => db.$client`insert into restrictions (user_id, other_id, kind) values (${bigUserId(90_001)}, ${blocker}, 'block') on conflict do nothing`)

    const joinedFrom = (n: number) => ({ key: new Date(Date.parse(bigNow) - n * 60_000).toISOString(), id: bigUserId(n) })
    /** The pages from there to the end, and that they are all short: each walks as many rows as it may. */
    async function readToEnd(page: { viewerId: string, q: string, cursor?: Position }) {
      const found: string[] = []
      let pages = 0
      for (let next: Position | null | undefined = page.cursor; next !== null; pages++) {
        const read = await listMembers(db, { ...page, limit: 30, cursor: next })
        found.push(...read.users.map(({ id }) => id))
        next = read.next
      }
      return { found, pages }
    }

    it('a page of people stops after 2,000, and the next one goes on', async () => {
      const page = { ...people, viewerId: blocker, cursor: joinedFrom(50_000) }
      await expectCheap(['users_joined_idx', 'restrictions_pkey'], () => listMembers(db, page))
      expect(await listMembers(db, page)).toEqual({ users: [], next: joinedFrom(52_000) })
      expect(await readToEnd(page)).toEqual({ found: [], pages: 26 })
      const { found } = await readToEnd({ ...page, cursor: joinedFrom(49_950) })
      expect(found).toEqual(Array.from({ length: 50 }, (_, n) => bigUserId(49_951 + n)))
    })

    it('a search looks up the blocks of few, and goes on', async () => {
      // 11,111 fit, and half of all people blocked this one.
      const page = { q: 'person9', limit: 30, viewerId: blocker }
      const steps = await stepsOf(() => listMembers(db, page))
      expect(Math.max(...steps.filter(step => step['Index Name']?.endsWith('_pkey')).map(step => step['Actual Loops']))).toBeLessThanOrEqual(ROWS_AT_MOST)
      const { found, pages } = await readToEnd(page)
      expect(found.length).toBe(1_111)
      expect(new Set(found).size).toBe(found.length)
      expect(pages).toBeGreaterThan(5)
    })

    it('those whose news has not come, and the deleted, are walked past the same way', async () => {
      await db.$client`update users set clerk_updated_at = null where id <= ${bigUserId(5_000)}`
      await db.$client`update users set deleted_at = now() where id between ${bigUserId(1_001)} and ${bigUserId(3_000)}`
      await expectCheap(['users_joined_idx'], () => listMembers(db, { ...people, viewerId: someone }))
      await expectCheap(['users_joined_idx'], () => listNewcomers(db, someone, 8))
      await expectCheap(['users_joined_idx'], () => listNewcomersForGuests(db, 8))
      await expectCheap(['restrictions_list_idx'], () => listRestrictions(db, blocker, { limit: 30 }))
      expect(await listRestrictions(db, blocker, { limit: 30 })).toEqual({ restrictions: [], next: null })
      await db.$client`update users set clerk_updated_at = synced_at, deleted_at = null where id <= ${bigUserId(5_000)}`
    })
  })

  it('someone who likes 100,000 posts reads at the cost of those that are shown', async () => {
    const fan = bigUserId(11)
    await writeMany(async (sql) => {
      await sql`insert into likes (post_id, user_id) select id, ${fan} from posts order by created_at limit 100000 on conflict do nothing`
      await sql`analyze likes`
    })
    await expectCheap(['posts_feed_idx', 'likes_pkey'], () => listPosts(db, { ...posts, viewerId: fan }))
    await expectCheap(['posts_parent_idx', 'likes_pkey'], () => listReplies(db, lead, { ...posts, viewerId: fan }))
  })

  it.each([
    ['as a guest', { ...posts, viewerId: null }],
    ['signed in', posts],
    ['far down', { ...posts, after }],
    ['of one author', { ...posts, author: someone }],
    ['of one author, far down', { ...posts, author: someone, after }],
  ])('the feed %s is planned once for all values, and that plan is as cheap', async (_, page) => {
    asked = []
    for (let times = 0; times < 10; times++) await listPosts(db, page)
    const { statement = '', parameters = [] } = asked.at(-1) ?? {}
    const [prepared] = await db.$client<{ name: string, generic: number }[]>`select name, generic_plans::int as generic from pg_prepared_statements where statement = ${statement}`
    expect(prepared?.generic).toBeGreaterThanOrEqual(5)
    expectCheapSteps(await explain(`execute "${prepared?.name}" (${parameters.map(one => `'${String(one)}'`).join(', ')})`, []), [])
  })

  describe('100,000 of whose newest posts are one person\'s, with 10,000 replies of theirs under one post', () => {
    const spammer = bigUserId(8)
    const reads: [string, string[], () => Promise<unknown>][] = [
      ['the feed', ['posts_feed_idx'], () => listPosts(db, posts)],
      ['the feed, further down', ['posts_feed_idx'], async () => listPosts(db, { ...posts, after: (await listPosts(db, posts)).next ?? undefined })],
      ['their posts', [], () => listPosts(db, { ...posts, author: spammer })],
      ['the replies', ['posts_parent_idx'], () => listReplies(db, lead, posts)],
      ['the post that they answer', ['posts_pkey'], () => findPost(db, lead, someone)],
    ]
    const expectAllCheap = async () => {
      for (const [, indexes, run] of reads) await expectCheap(indexes, run)
    }

    it('a page costs the same before their ban, while the job hides them, and after it', { timeout: 240_000 }, async () => {
      await writeMany(async (sql) => {
        await sql`insert into posts (id, author_id, body, created_at) select gen_random_uuid(), ${spammer}, 'Buy', ${bigNow}::timestamptz + n * interval '1 ms' from generate_series(1, 100000) n`
        await sql`insert into posts (id, author_id, parent_id, body, created_at) select gen_random_uuid(), ${spammer}, ${lead}, 'Buy', ${bigNow}::timestamptz - interval '2 years' + n * interval '1 ms' from generate_series(1, 10000) n`
        await sql`analyze posts`
      })
      await expectAllCheap()

      await restrict(db, someone, spammer, 'mute')
      expect(await listPosts(db, posts)).toMatchObject({ posts: [], next: { id: expect.any(String) } })
      await expectAllCheap()
      await lift(db, someone, spammer)

      await db.$client`update users set banned = true where id = ${spammer}`
      expect(await listPosts(db, posts)).toMatchObject({ posts: [], next: { id: expect.any(String) } })
      expect(await listPosts(db, { ...posts, author: spammer })).toEqual({ posts: [], next: null })
      await expectAllCheap()

      let hidden = await hidePosts(db, spammer)
      for (let batches = 1; batches < 20; batches++) hidden = await hidePosts(db, spammer, hidden?.next ?? undefined)
      await expectAllCheap()

      expect((await settlePosts(db)).errors).toEqual([])
      const { posts: shown } = await listPosts(db, posts)
      expect(shown).toHaveLength(20)
      expect(await findPost(db, lead, someone)).toMatchObject({ replyCount: 4 })
      await expectAllCheap()
    })
  })
})

describe('where all likes and nearly all replies are of one post', () => {
  beforeAll(async () => {
    await fill({ users: 5_000, posts: 40, popular: 4_990 })
    await db.$client`delete from likes where post_id <> ${popularPostId}`
    await db.$client`vacuum analyze likes`
  }, 60_000)
  afterAll(() => closeDatabase(db))

  it('a page of posts reads what it counts', async () => {
    const steps = await stepsOf(() => listPosts(db, { limit: 20, viewerId: bigUserId(7) }))
    for (const step of steps.filter(({ 'Relation Name': table }) => table)) expect(rowsOf(step), JSON.stringify(step)).toBeLessThanOrEqual(ROWS_AT_MOST)
  })
})
