import type { Database } from '#db/client.ts'
import { countLiveUsers, findMirrorUsers, findUndated, findUnlisted } from '#db/queries/scan.ts'
import { databaseNow } from '#db/queries/state.ts'
import type { ClerkUser } from '#server/schemas/clerk.ts'
import type { DriftKind, ScanCounts, ScanKind, ScanPhase, ScanProgress, ScanReport } from '#shared/types/sync.ts'
import { applyNews } from '../receive/apply.ts'
import type { ClerkReader } from '../clerk.ts'
import { driftOf } from './drift.ts'
import type { News } from '../news.ts'
import { walkUsers } from './walk.ts'

const REPORTED = 1_000

export interface ScanOptions {
  kind: ScanKind
  /** Looks and reports, writes nothing. */
  dryRun?: boolean
  /** Takes for gone however many there are. */
  force?: boolean
  /** How many users may be taken for gone; the larger of 10 and 5 % of all when not said. */
  maxDelete?: number
  /** Told after each page, and at most once a second while single users are asked for. */
  onProgress?: (progress: ScanProgress) => void | Promise<void>
}

export interface ScanResult { counts: ScanCounts, report: ScanReport }

/**
 * Reads all of Clerk's users and applies each page by the version rule, in one statement. `reconcile` looks for the
 * gone as well: an inference, so it comes only after all pages were read, only for rows synced before that began,
 * only when Clerk says 404 for that id, and never for more than `maxDelete`.
 * Stopping it is safe and starting again is idempotent, so it keeps no state of its own.
 * @param clerk paced: `paceReader`
 * @throws what Clerk or Postgres throws; nothing was taken for gone then
 */
export async function scan(db: Database, clerk: ClerkReader, options: ScanOptions): Promise<ScanResult> {
  const beganAt = await databaseNow(db)
  const counts: ScanCounts = { seen: 0, total: await clerk.count(), written: 0 }
  const report = emptyReport()
  const suspects: string[] = []
  const dated = new Set<string>()
  const tell = createTeller(counts, options.onProgress)

  const note = (kind: DriftKind, id: string) => {
    report.driftCounts[kind]++
    if (report.drift[kind].length < REPORTED) report.drift[kind].push(id)
  }
  const write = async (news: News[]) => {
    if (options.dryRun) return
    const results = await applyNews(db, news)
    results.forEach((result, index) => {
      const one = news[index]
      if (result instanceof Error) report.unusable.push(one?.kind === 'read' ? one.user.id : 'unknown')
      else if (result.written) counts.written++
    })
  }
  const readOne = async (id: string) => {
    const readAt = await databaseNow(db)
    const user = await clerk.user(id)
    if (user) await write([{ kind: 'read', user, source: 'scan', byId: true, beganAt: readAt }])
    return user
  }

  for await (const page of walkUsers(db, clerk)) {
    counts.seen += page.fresh
    report.unusable.push(...page.unusable)
    const ours = await findMirrorUsers(db, page.users.map(user => user.id))
    const drifted = page.users.flatMap((user) => {
      const kind = driftOf(user, ours.get(user.id))
      return kind ? [{ user, kind }] : []
    })
    for (const { user, kind } of drifted) {
      note(kind, user.id)
      if (ours.get(user.id)?.clerkCreatedAt === null) dated.add(user.id)
    }
    await write(page.users.map(user => asRead(user, page.beganAt)))
    // A list may lag; a tombstone is lifted by a read of that one user alone.
    for (const { user } of drifted.filter(({ kind }) => kind === 'revived')) await readOne(user.id)
    if (options.kind === 'reconcile') suspects.push(...await findUnlisted(db, { ...page.window, beganAt, listed: page.listed }))
    await tell('listing', counts.seen, counts.total)
  }

  const undated = await findUndated(db, beganAt)
  for (const [index, id] of undated.entries()) {
    await tell('checking', index, undated.length)
    // In a dry run those whom a page listed are still undated.
    if (dated.has(id)) continue
    const user = await readOne(id)
    if (user) note('stale', id)
    else if (options.kind === 'reconcile') suspects.push(id)
  }
  if (options.kind === 'reconcile') await takeForGone([...new Set(suspects)])
  return { counts, report }

  async function takeForGone(ids: string[]) {
    const limit = options.maxDelete ?? Math.max(10, Math.floor(await countLiveUsers(db) * 0.05))
    if (ids.length > limit && !options.force) {
      report.refused = { found: ids.length, limit }
      ids.slice(0, REPORTED).forEach(id => report.unconfirmed.push(id))
      return
    }
    for (const [index, id] of ids.entries()) {
      await tell('gone', index, ids.length)
      const user = await readOne(id).catch(() => undefined)
      if (user === undefined) report.unconfirmed.push(id)
      if (user !== null) continue
      note('gone', id)
      await write([{ kind: 'gone', userId: id, beganAt }])
    }
  }
}

const TELL_MS = 1_000

/** Tells each page, and of the steps in between one a second. */
function createTeller(counts: ScanCounts, onProgress: ScanOptions['onProgress']) {
  const began = performance.now()
  let told = 0
  return async (phase: ScanPhase, done: number, of: number) => {
    const now = performance.now()
    if (phase !== 'listing' && now - told < TELL_MS) return
    told = now
    await onProgress?.({ ...counts, phase, done, of, perSecond: Math.round(counts.seen / Math.max((now - began) / 1000, 0.001)) })
  }
}

const asRead = (user: ClerkUser, beganAt: string): News => ({ kind: 'read', user, source: 'scan', byId: false, beganAt })

function emptyReport(): ScanReport {
  return {
    drift: { missing: [], stale: [], gone: [], revived: [] },
    driftCounts: { missing: 0, stale: 0, gone: 0, revived: 0 },
    unusable: [],
    unconfirmed: [],
    refused: null,
  }
}

/** Whether a report found the copy equal to Clerk. */
export const isEqual = (report: ScanReport) => Object.values(report.driftCounts).every(count => count === 0) && report.unconfirmed.length === 0
