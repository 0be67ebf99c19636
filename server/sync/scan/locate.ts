import type { Database } from '#db/client.ts'
import { countCreated, findMedianCreated, findUndated, findUnlisted } from '#db/queries/scan.ts'
import { databaseNow } from '#db/queries/state.ts'
import type { ClerkReader } from '../clerk.ts'
import type { Repairer } from './repair.ts'

/** A range with this many users or fewer is listed whole. */
const LISTED = 500
/** Calls of Clerk that one search may take; what is not found then is looked for by the next check. */
const MOST_CALLS = 100
/** The search begins in 1970: an import may carry any time of creation. ms since 1970 */
const BEGINNING = 0
/** And ends in 2100: Clerk's clock may be ahead of ours. */
const END = Date.UTC(2100)

interface Range {
  /** Both excluded, ms since 1970. */
  after: number
  before: number
}

/**
 * Finds who is missing here or gone from Clerk when the counts differ, by halving ranges of creation time by count. Only
 * a range that differs is listed and compared, with all the guards of a reconcile.
 */
export async function repairCounts(db: Database, clerk: ClerkReader, repairer: Repairer): Promise<void> {
  const beganAt = await databaseNow(db)
  const gone: string[] = []
  let calls = 0

  async function search(range: Range): Promise<void> {
    if (calls >= MOST_CALLS) return
    calls++
    const [theirs, ours] = [await clerk.count({ createdAfter: range.after, createdBefore: range.before }), await countCreated(db, range)]
    if (theirs === ours) return
    if (Math.max(theirs, ours) <= LISTED || range.before - range.after <= 2) return compare(range)
    const middle = await middleOf(range)
    await search({ after: range.after, before: middle })
    await search({ after: middle - 1, before: range.before })
  }

  /** The time that halves our rows of a range, so that few steps are enough; without rows, the middle of the range. */
  async function middleOf({ after, before }: Range): Promise<number> {
    const median = await findMedianCreated(db, { after, before })
    const at = median === null ? 0 : Date.parse(median)
    return at > after + 1 && at < before ? at : Math.floor((after + before) / 2)
  }

  async function compare(range: Range): Promise<void> {
    const listed: string[] = []
    for (let offset = 0; calls < MOST_CALLS; offset += LISTED) {
      calls++
      const pageBeganAt = await databaseNow(db)
      const page = await clerk.list({ orderBy: '+created_at', limit: LISTED, offset, createdAfter: range.after, createdBefore: range.before })
      listed.push(...page.listed.map(({ id }) => id))
      await repairer.compare(page.users, pageBeganAt)
      if (page.listed.length < LISTED) {
        gone.push(...await findUnlisted(db, { from: range.after + 1, to: range.before, beganAt, listed }))
        return
      }
    }
  }

  await search({ after: BEGINNING - 1, before: END })
  for (const id of await findUndated(db, beganAt)) {
    if (calls++ >= MOST_CALLS) break
    if (!await repairer.fill(id)) gone.push(id)
  }
  if (gone.length > 0) await repairer.deleteGone([...new Set(gone)], beganAt)
}
