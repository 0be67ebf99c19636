import type { Database } from '#db/client.ts'
import { countLiveUsers, findMirrorUsers } from '#db/queries/scan.ts'
import { databaseNow } from '#db/queries/state.ts'
import type { ClerkUser } from '#server/schemas/clerk.ts'
import type { DriftKind, Repair, ScanReport } from '#shared/types/sync.ts'
import type { ClerkReader } from '../clerk.ts'
import type { News } from '../news.ts'
import { applyNews, isLasting } from '../receive/apply.ts'
import { driftOf } from './drift.ts'

/** Ids that a report keeps of each kind. */
const REPORTED = 1_000

export interface RepairOptions {
  source: 'check' | 'scan'
  /** Looks and reports, writes nothing. */
  dryRun?: boolean
  /** Deletes however many are gone. */
  force?: boolean
  /** How many users may be deleted at once; the larger of 10 and 5 % of all when not said. */
  maxDelete?: number
}

/** Compares what Clerk says with our rows, and repairs what differs by the version rule. Scan and check share it. */
export type Repairer = ReturnType<typeof createRepairer>

/** @param clerk paced: `paceReader` */
export function createRepairer(db: Database, clerk: ClerkReader, { source, dryRun = false, force = false, maxDelete }: RepairOptions) {
  const report: ScanReport = {
    drift: { missing: [], stale: [], gone: [], revived: [] },
    driftCounts: { missing: 0, stale: 0, gone: 0, revived: 0 },
    repairs: [], unusable: [], failed: [], unconfirmed: [], refused: null,
  }
  let written = 0

  function note(kind: DriftKind, repair: Omit<Repair, 'kind'>) {
    report.driftCounts[kind]++
    if (report.drift[kind].length < REPORTED) report.drift[kind].push(repair.id)
    if (!dryRun && report.repairs.length < REPORTED) report.repairs.push({ kind, ...repair })
  }

  /** @returns the ids that were not written, by Postgres's refusal */
  async function write(news: Exclude<News, { event: unknown }>[]): Promise<Set<string>> {
    const left = new Set<string>()
    if (dryRun) return left
    const results = await applyNews(db, news)
    for (const [index, one] of news.entries()) {
      const result = results[index]
      const id = one.kind === 'read' ? one.user.id : one.userId
      if (result instanceof Error) {
        left.add(id)
        report[isLasting(result) ? 'unusable' : 'failed'].push(id)
      }
      else if (result?.written) written++
    }
    return left
  }

  /** Reads one user from Clerk and writes the answer. @returns `user` null when Clerk says 404, and Clerk's clock */
  async function readOne(id: string): Promise<{ user: ClerkUser | null, date: string }> {
    const beganAt = await databaseNow(db)
    const read = await clerk.user(id)
    if (read.user) await write([{ kind: 'read', user: read.user, source, by: 'id', beganAt }])
    return read
  }

  return {
    report,
    /** Rows that were written. */
    written: () => written,
    readOne,

    /**
     * Compares a page of Clerk's users with our rows, and repairs what differs. A version that moved alone is carried on.
     * @param isLeft users whose difference is left alone for now
     * @returns ids of users that differ still
     */
    async compare(users: ClerkUser[], beganAt: string, isLeft: (user: ClerkUser) => boolean = () => false): Promise<Set<string>> {
      const ours = await findMirrorUsers(db, users.map(user => user.id))
      const drifted = users.flatMap((user) => {
        const kind = driftOf(user, ours.get(user.id), beganAt)
        return kind ? [{ user, kind }] : []
      })
      const left = new Set(drifted.filter(({ user }) => isLeft(user)).map(({ user }) => user.id))
      const failed = await write(users.filter(user => !left.has(user.id)).map(user => ({ kind: 'read', user, source, by: 'list', beganAt })))
      for (const { user, kind } of drifted) {
        if (left.has(user.id) || failed.has(user.id)) continue
        // A list may lag, so it neither lifts a tombstone nor changes a row that is ahead: a read of that one user does.
        if (kind === 'revived' || kind === 'ahead') {
          const { user: now } = await readOne(user.id)
          const before = ours.get(user.id)
          if (now && (kind === 'revived' || (before && now.clerkUpdatedAt < (before.clerkUpdatedAt ?? '')))) note(kind === 'ahead' ? 'stale' : kind, { id: user.id, at: now.clerkUpdatedAt })
        }
        else note(kind, { id: user.id, at: user.clerkUpdatedAt })
      }
      return new Set([...left, ...failed])
    },

    /** Reads the user of a row that has no time of creation. @returns false when Clerk says 404 */
    async fill(id: string): Promise<boolean> {
      const { user } = await readOne(id)
      if (user) note('stale', { id, at: user.clerkUpdatedAt })
      return user !== null
    },

    /**
     * Users of ours whom Clerk did not list: each is asked for by id, and becomes a tombstone when Clerk says 404.
     * Deletes no one when they are more than may be deleted at once.
     * @param beganAt when the list began, by Postgres's clock
     */
    async deleteGone(ids: string[], beganAt: string, tell: (done: number, of: number) => Promise<void> = async () => {}): Promise<void> {
      const limit = maxDelete ?? Math.max(10, Math.floor(await countLiveUsers(db) * 0.05))
      if (ids.length > limit && !force) {
        report.refused = { found: ids.length, limit }
        report.unconfirmed.push(...ids.slice(0, REPORTED))
        return
      }
      for (const [index, id] of ids.entries()) {
        await tell(index, ids.length)
        const read = await readOne(id).catch(() => null)
        if (!read) report.unconfirmed.push(id)
        if (!read || read.user) continue
        const failed = await write([{ kind: 'gone', userId: id, source, beganAt, goneAt: read.date }])
        if (failed.size === 0) note('gone', { id, at: read.date })
      }
    },
  }
}

/** Whether a report found the copy equal to Clerk. */
export const isEqual = (report: ScanReport) =>
  Object.values(report.driftCounts).every(count => count === 0) && report.unconfirmed.length === 0 && report.failed.length === 0
