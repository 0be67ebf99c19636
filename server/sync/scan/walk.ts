import type { Database } from '#db/client.ts'
import { databaseNow } from '#db/queries/state.ts'
import type { ClerkPage, ClerkReader } from '../clerk.ts'
import { ClerkError } from '../clerk.ts'
import type { Range } from './range.ts'
import { add, splitLargest, wholeRange } from './range.ts'

export interface WalkOptions {
  /** How many users Clerk says it has. */
  total: number
  /** 1 to 500 */
  pageSize?: number
  /** How many pages are asked for at the same time; so many are in memory at most, beside those that the caller works on. */
  atOnce?: number
}

const PAGE_SIZE = 500
const AT_ONCE = 8
/** How often a range begins its page anew because the user of its cursor was deleted, before it gets any further. */
const MOST_RESTARTS = 10

export interface WalkedPage extends Pick<ClerkPage, 'users' | 'date'> {
  unusable: string[]
  /** How many users Clerk sent, the unusable ones too. */
  size: number
  /** When the read began, by Postgres's clock. */
  beganAt: string
  /** Users created within [from, to) have all been listed; ms since 1970, null for the beginning and the end. */
  window: { from: number | null, to: number | null }
  /** Whom Clerk listed of that window. */
  listed: string[]
}

interface Read { range: Range, beganAt: string, page: ClerkPage }

/**
 * All of Clerk's users, each in one page. Pages of a list follow one another, so several ranges of creation time are
 * walked side by side, each by Clerk's cursor. When fewer pages than `atOnce` are on their way, the range with the most
 * users left is cut.
 * @throws what Clerk or Postgres throws; nothing is on its way any more then
 */
export async function* walkUsers(db: Database, clerk: ClerkReader, { total, pageSize = PAGE_SIZE, atOnce = AT_ONCE }: WalkOptions): AsyncGenerator<WalkedPage> {
  const reads = new Map<Range, Promise<Read>>()
  let left = total

  function start(range: Range) {
    const read = readPage(db, clerk, range, pageSize)
    // Of several that fail the first is thrown; the others must not be unhandled.
    read.catch(() => {})
    reads.set(range, read)
  }

  try {
    start(wholeRange())
    while (reads.size > 0) {
      const { range, beganAt, page } = await Promise.race(reads.values())
      reads.delete(range)
      const { fresh, ended, ...walked } = add(range, page, page.listed.length < pageSize)
      left -= fresh.size
      if (!ended) start(range)
      splitLargest([...reads.keys()], { left, most: atOnce - reads.size, pageSize, now: Date.parse(page.date) }).forEach(start)
      yield {
        ...walked,
        users: page.users.filter(user => fresh.has(user.id)),
        unusable: page.unusable.flatMap(({ id }) => fresh.has(id) ? [id] : []),
        size: fresh.size,
        beganAt,
        date: page.date,
      }
    }
  }
  finally {
    await Promise.allSettled(reads.values())
  }
}

async function readPage(db: Database, clerk: ClerkReader, range: Range, limit: number): Promise<Read> {
  const beganAt = await databaseNow(db)
  const { cursor } = range
  if (cursor !== null) {
    const page = await listAfter(clerk, range, cursor, limit)
    if (page) return { range, beganAt, page }
    if (range.restarts++ === MOST_RESTARTS) throw new ClerkError('Clerk\'s list does not go on.', { status: 200 })
    if (range.reached !== null) range.created = { ...range.created, createdAfter: range.reached - 1 }
  }
  return { range, beganAt, page: await clerk.list({ orderBy: '+created_at', limit, ...range.created }) }
}

/**
 * The page after a cursor. Clerk's specification does not say what it answers when the cursor's user was deleted since:
 * a refusal, an empty page, and a page that does not go on may all mean that.
 * @returns null when the cursor's user is gone
 */
async function listAfter(clerk: ClerkReader, range: Range, cursor: string, limit: number): Promise<ClerkPage | null> {
  try {
    const page = await clerk.list({ orderBy: '+created_at', limit, ...range.created, startingAfter: cursor })
    const isAnswer = page.listed.length > 0 ? page.listed.every(({ id }) => id !== cursor) : await isThere(clerk, cursor)
    return isAnswer ? page : null
  }
  catch (error) {
    if (error instanceof ClerkError && error.status !== null && CURSOR_REFUSED.includes(error.status)) return null
    throw error
  }
}

const CURSOR_REFUSED = [400, 404, 422]

/** A user whom we cannot use is there, too. */
const isThere = (clerk: ClerkReader, id: string) => clerk.user(id).then(({ user }) => user !== null, (error: unknown) => {
  if (error instanceof ClerkError && error.status === 200) return true
  throw error
})
