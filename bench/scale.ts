import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { deleteLike, insertLike } from '#db/queries/likes.ts'
import { listMembers } from '#db/queries/members.ts'
import { countUnread } from '#db/queries/notifications.ts'
import { listPosts } from '#db/queries/posts.ts'
import { findHidden } from '#db/queries/restrictions.ts'
import { countLiveUsers, findMirrorUsers, findUnlisted } from '#db/queries/scan.ts'
import { findUser } from '#db/queries/users.ts'
import { fillMirror } from '#scripts/lib/large-mirror.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import type { Bench, Line } from './lib/bench.ts'
import { compare } from './lib/bench.ts'
import { createDatabase } from './lib/databases.ts'
import { anyone, deliver } from './lib/deliver.ts'

/*
 * How the cost of each kind of work in Postgres grows with the users: the app's own statements, from this process, one at
 * a time, each beside the same with the fewest users. As many posts as users, and as many events in the log.
 */
const FULL = { users: [1_000, 30_000, 1_000_000], rounds: 30 }
const SMOKE: typeof FULL = { users: [100, 1_000], rounds: 2 }
/** As many deliveries as often wait together under load, and a page of a scan. */
const BATCH = 32
const PAGE = 500
const WARM_UP = 3

interface Mirror {
  db: Database
  users: number
  /** A post that nearly all like, and those who do not yet. */
  popular: { postId: string, likers: string[] }
}

/** Whose post is popular, and to whom all replied. */
const [star, asked] = ['user_bench_1', 'user_bench_2']

/** Each is one statement, or the few that the app runs for it; in each round once. */
const works: Record<string, (mirror: Mirror, round: number) => Promise<unknown>> = {
  'one delivery': ({ db, users }) => deliver(db, 1, users),
  [`${BATCH} deliveries in one write`]: ({ db, users }) => deliver(db, BATCH, users),
  'first page of the feed': ({ db }) => listPosts(db, { limit: 20, viewerId: null }),
  'first page of the feed, signed in': ({ db, users }) => listPosts(db, { limit: 20, viewerId: anyone(users) }),
  'first page of members': ({ db }) => listMembers(db, { q: '', cursor: undefined, limit: 20 }),
  'search that finds no one': ({ db }) => listMembers(db, { q: 'nobody', cursor: undefined, limit: 20 }),
  'search for a first and a last name': ({ db }) => listMembers(db, { q: 'leila nguyen', cursor: undefined, limit: 20 }),
  'search for one letter': ({ db }) => listMembers(db, { q: 'a', cursor: undefined, limit: 20 }),
  'a like of a post that all like, with its notification': ({ db, popular }, round) => insertLike(db, popular.postId, popular.likers[round] ?? ''),
  'that like taken back': ({ db, popular }, round) => deleteLike(db, popular.postId, popular.likers[round] ?? ''),
  '/api/me of someone to whom all replied': ({ db }) => Promise.all([findUser(db, asked), findHidden(db, asked), countUnread(db, asked)]),
  [`a page of a scan, ${PAGE} users`]: comparePage,
  'the count of users in each check': ({ db }) => countLiveUsers(db),
}

export const run: Bench = async ({ smoke }) => {
  const { users, rounds } = smoke ? SMOKE : FULL
  const postgres = await startTemporaryPostgres()
  const mirrors: Mirror[] = []
  try {
    for (const count of users) {
      const db = openDatabase(await createDatabase(postgres.url, `scale_${count}`), { max: 1 })
      await fillMirror(db, { users: count, events: count })
      await fillPosts(db)
      mirrors.push({ db, users: count, popular: await fillPopular(db, rounds + WARM_UP) })
    }
    const lines: Line[] = []
    for (const [work, act] of Object.entries(works)) {
      const times = mirrors.map(() => [] as number[])
      // In turn, so that a slow second of the machine falls on all.
      for (let round = 0; round < rounds + WARM_UP; round++) {
        for (const [index, mirror] of mirrors.entries()) {
          const began = performance.now()
          await act(mirror, round)
          if (round >= WARM_UP) times[index]?.push(performance.now() - began)
        }
      }
      const [few = []] = times
      mirrors.forEach((mirror, index) => {
        if (index > 0) lines.push(compare({ work, size: `${mirror.users} users`, unit: 'ms' }, times[index] ?? [], { name: `${mirrors[0]?.users} users`, values: few }))
      })
    }
    for (const table of ['users', 'webhook_events', 'posts']) {
      const bytes = await Promise.all(mirrors.map(({ db }) => bytesOfRow(db, table)))
      mirrors.forEach((mirror, index) => {
        if (index === 0) return
        const baseline = { name: `${mirrors[0]?.users} users`, values: [bytes[0] ?? Number.NaN] }
        lines.push(compare({ work: `disk for a row of ${table}, with its indexes`, size: `${mirror.users} users`, unit: 'bytes' }, [bytes[index] ?? Number.NaN], baseline))
      })
    }
    lines.push(await compareCommits(await createDatabase(postgres.url, 'commits'), rounds))
    return lines
  }
  finally {
    for (const { db } of mirrors) await closeDatabase(db)
    await postgres.stop()
  }
}

/** What a scan reads for one page, where nothing differs. */
async function comparePage({ db, users }: Mirror) {
  const first = Math.floor(Math.random() * Math.max(1, users - PAGE))
  const ids = Array.from({ length: Math.min(PAGE, users) }, (_, place) => `user_bench_${first + place + 1}`)
  const found = [...(await findMirrorUsers(db, ids)).values()].flatMap(({ clerkCreatedAt }) => clerkCreatedAt ? [Date.parse(clerkCreatedAt)] : [])
  await findUnlisted(db, { from: Math.min(...found), to: Math.max(...found), beganAt: new Date().toISOString(), listed: ids })
}

/**
 * Commits a second of 16 connections, with a NOTIFY in each and without. A commit with one waits for a lock that the whole
 * Postgres has once (`PreCommit_Notify` in https://github.com/postgres/postgres/blob/master/src/backend/commands/async.c).
 */
async function compareCommits(url: string, rounds: number): Promise<Line> {
  const db = openDatabase(url, { max: 16 })
  const { $client: sql } = db
  await sql`create table commits (n int)`
  const kinds = {
    notifying: () => sql`with one as (insert into commits values (1) returning n) select pg_notify('commits', n::text) from one`,
    silent: () => sql`with one as (insert into commits values (1) returning n) select n::text from one`,
  }
  const rates = { notifying: [] as number[], silent: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    for (const kind of ['notifying', 'silent'] as const) {
      const began = performance.now()
      await Promise.all(Array.from({ length: 16 }, async () => {
        for (let n = 0; n < 20; n++) await kinds[kind]()
      }))
      rates[kind].push(16 * 20 / (performance.now() - began) * 1_000)
    }
  }
  await closeDatabase(db)
  return compare({ work: 'commits with a NOTIFY', size: '16 connections', unit: 'commits a second' }, rates.notifying, { name: 'without', values: rates.silent })
}

async function bytesOfRow({ $client: sql }: Database, table: string): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`select pg_total_relation_size(${table}::regclass)::float8 / (select count(*) from ${sql(table)}) as bytes`
  return row?.bytes ?? Number.NaN
}

/** A post that all like but some, whose author hears of each like, and someone who has not seen that all replied. */
async function fillPopular(db: Database, some: number): Promise<Mirror['popular']> {
  const session = db.openSession({ silentMs: 10 * 60_000 })
  const sql = session.$client
  await sql`set statement_timeout = 0`
  const likers = await sql<{ id: string }[]>`select id from users where not banned and deleted_at is null and id not in (${star}, ${asked}) limit ${some}`
  const [post] = await sql<{ id: string }[]>`select id from posts where author_id = ${star}`
  if (!post) throw new Error(`${star} has no post.`)
  const ids = likers.map(({ id }) => id)
  await sql`insert into likes (post_id, user_id, created_at) select ${post.id}, id, now() - random() * interval '1 year' from users where id <> ${star} and id <> all(${ids})`
  await sql`insert into notifications (post_id, user_id, kind) values (${post.id}, ${star}, 'like')`
  // So that each like is the first since then, and moves the notification.
  await sql`insert into notification_marks (user_id, seen_at) values (${star}, now() + interval '1 day')`
  await sql`insert into notifications (post_id, user_id, kind, at) select id, ${asked}, 'reply', created_at from posts where author_id <> ${asked}`
  await sql.unsafe('vacuum analyze likes, notifications')
  await closeDatabase(session)
  return { postId: post.id, likers: ids }
}

/** One top-level post of each user, spread over a year. */
async function fillPosts(db: Database) {
  const session = db.openSession({ silentMs: 10 * 60_000 })
  await session.$client`set statement_timeout = 0`
  await session.$client`
    insert into posts (id, author_id, body, created_at, author_hidden)
    select gen_random_uuid(), u.id, 'Good morning from the benchmark, ' || u.id || '.', now() - random() * interval '1 year', u.banned or u.deleted_at is not null
    from users u
    where u.id like 'user_bench_%'
  `
  await session.$client.unsafe('vacuum analyze')
  await closeDatabase(session)
}
