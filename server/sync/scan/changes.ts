import type { Database } from '#db/client.ts'
import { databaseNow } from '#db/queries/state.ts'
import type { ClerkUser } from '#server/schemas/clerk.ts'
import type { ScanNeed } from '#shared/types/sync.ts'
import type { ClerkPage, ClerkReader } from '../clerk.ts'
import type { Repairer } from './repair.ts'

/** A change younger than this is left to its webhook once, ms by Clerk's clock. */
const GRACE_MS = 10_000
/** How far below the last mark a check reads: lists may lag behind. */
const OVERLAP_MS = 5 * 60_000
/** As a rule nothing is new, so the first page is small. */
const FIRST_PAGE = 10
const PAGE = 500
/** How many users of a page the next one repeats. When none of them is there again, the list moved while it was read. */
const REPEATED = 50
const MOST_PAGES = 20
const MOST_RESTARTS = 3

export interface ReadChanges {
  /** Users that Clerk listed. */
  seen: number
  /** Every change until then was compared, by Clerk's clock, ISO 8601. It never passes a change that was left or failed. */
  until: string
  /** Ids of changes so young that they were left to their webhook. */
  left: Set<string>
  /** Ids of users that our table cannot hold. */
  unusable: string[]
  /** Ids of users that were compared. */
  compared: Set<string>
  /** Why the pages do not reach down to the last mark; null when they do. */
  needs: ScanNeed | null
}

interface Reach {
  /** The last mark, ISO 8601; null before the first full comparison. */
  seenUntil: string | null
  /** Ids that the last check left to their webhook: each is left once. */
  leftBefore: string[]
}

/** Compares Clerk's changes with our rows, the newest first, until the last mark less the overlap. */
export async function readChanges(db: Database, clerk: ClerkReader, repairer: Repairer, reach: Reach): Promise<ReadChanges> {
  for (let tries = 0; tries <= MOST_RESTARTS; tries++) {
    const read = await readPages(db, clerk, repairer, reach)
    if (read) return read
  }
  return { seen: 0, until: new Date(0).toISOString(), left: new Set(), unusable: [], compared: new Set(), needs: 'behind' }
}

/** @returns null when the list moved while it was read: someone was deleted or changed, so a page may have skipped one */
async function readPages(db: Database, clerk: ClerkReader, repairer: Repairer, { seenUntil, leftBefore }: Reach): Promise<ReadChanges | null> {
  const bottom = seenUntil === null ? null : Date.parse(seenUntil) - OVERLAP_MS
  const read: ReadChanges = { seen: 0, until: '', left: new Set(), unusable: [], compared: new Set(), needs: null }
  const isLeft = (user: ClerkUser) => Date.parse(read.until) - Date.parse(user.clerkUpdatedAt) < GRACE_MS && !leftBefore.includes(user.id)
  const open: number[] = []
  let place = { offset: 0, limit: FIRST_PAGE }
  let repeated: Set<string> | null = null

  for (let pages = 1; ; pages++) {
    const beganAt = await databaseNow(db)
    const page = await clerk.list({ orderBy: '-updated_at', ...place })
    const ids = page.listed.map(({ id }) => id)
    if (repeated && !ids.some(id => repeated?.has(id))) return null
    read.until ||= page.date
    read.seen += ids.length
    read.unusable.push(...page.unusable.map(({ id }) => id))
    const differing = await repairer.compare(page.users, beganAt, isLeft)
    for (const user of page.users) {
      read.compared.add(user.id)
      if (!differing.has(user.id)) continue
      open.push(Date.parse(user.clerkUpdatedAt))
      if (isLeft(user)) read.left.add(user.id)
    }

    const { newest, oldest } = changedIn(page)
    // Without a mark there is nothing to read down to: a full scan does that.
    if (ids.length < place.limit || bottom === null || (oldest !== null && oldest < bottom)) break
    if (ids.length === PAGE && newest === oldest) read.needs = 'import'
    else if (pages === MOST_PAGES) read.needs = 'behind'
    if (read.needs) break
    place = place.limit === FIRST_PAGE ? { offset: 0, limit: PAGE } : { offset: place.offset + PAGE - REPEATED, limit: PAGE }
    repeated = place.offset === 0 ? null : new Set(ids.slice(-REPEATED))
  }
  read.until = new Date(Math.min(Date.parse(read.until), ...open.map(at => at - 1))).toISOString()
  return read
}

/** When the users of a page changed, ms since 1970; null for none. */
function changedIn(page: ClerkPage): { newest: number | null, oldest: number | null } {
  const times = [...page.users.map(user => user.clerkUpdatedAt), ...page.unusable.flatMap(({ updatedAt }) => updatedAt ?? [])].map(time => Date.parse(time))
  return times.length === 0 ? { newest: null, oldest: null } : { newest: Math.max(...times), oldest: Math.min(...times) }
}
