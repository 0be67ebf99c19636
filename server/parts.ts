import { findEventsAfter } from '#db/queries/events.ts'
import { claimScan, databaseNow, noteForwarded, releaseScan } from '#db/queries/state.ts'
import { createAppDatabase } from './database.ts'
import { useEnv } from './env.ts'
import { createLimiter } from './limiter.ts'
import { createEventFeed } from './live/event-feed.ts'
import type { LiveHub } from './live/hub.ts'
import { openLiveHub } from './live/hub.ts'
import { createStreams } from './live/streams.ts'
import { log, logFailure } from './log/log.ts'
import { createSessions } from './sessions.ts'
import { createSharedAnswers } from './shared-answers.ts'
import { createClerkReader, untilSignal } from './sync/clerk.ts'
import { createForwardedNote } from './sync/health/forwarded.ts'
import { createHealth } from './sync/health/health.ts'
import { createMetrics } from './sync/health/metrics.ts'
import { createRefusalCounter } from './sync/health/refusals.ts'
import { createWriteWatch } from './sync/health/writes.ts'
import { createHider } from './sync/hiding.ts'
import { paceReader, requestsPerSecond } from './sync/pace.ts'
import { applyNews } from './sync/receive/apply.ts'
import { createGuard } from './sync/receive/guard.ts'
import { markStages } from './sync/news.ts'
import { createNewsQueue } from './sync/receive/queue.ts'
import { createReceiver } from './sync/receive/receive.ts'
import { createVerifier } from './sync/receive/verify.ts'
import { check, gapAfterMs } from './sync/scan/check.ts'
import { createProvisioner, readUser } from './sync/scan/provision.ts'
import { startScan } from './sync/scan/run.ts'
import { wrongKey } from '#shared/utils/sync-words.ts'

/** The parts of this process, in the order in which they need each other. Each is made when it is first asked for. */

// The database
export const useAppDatabase = once(() => createAppDatabase(useEnv().DATABASE_URL, useEnv().DATABASE_DIRECT_URL, useEnv().DATABASE_READ_URL))
/** The pool, whether or not the database is there yet. */
export const useDbPool = () => useAppDatabase().pool
/** The database, migrated. @throws DatabaseNotReadyError after 5 s */
export const useDb = () => useAppDatabase().ready()
/** Connections for deliveries alone, whether or not the database is there yet. */
const useDeliveriesPool = () => useAppDatabase().deliveries
/** How often people may write and search. */
export const useLimiter = once(() => createLimiter(useDbPool(), useEnv().RATE_LIMIT_FACTOR))

// Who asks
/** Whom Clerk has found signed in. */
export const useSessions = once(() => createSessions())

// Clerk's Backend API
export const useClerk = once(() => createClerkReader({ secretKey: useEnv().NUXT_CLERK_SECRET_KEY, apiUrl: useEnv().NUXT_CLERK_API_URL }))
/** The same, at a rate that leaves the app its half: for scans. */
export const usePacedClerk = once(() => paceReader(useClerk(), requestsPerSecond(useEnv().NUXT_CLERK_SECRET_KEY)))

/** The same for one job, until the signal comes: a call under way is not waited for, and not tried again. */
const readUntil = (signal: AbortSignal) => untilSignal(paceReader(untilSignal(useClerk(), signal), requestsPerSecond(useEnv().NUXT_CLERK_SECRET_KEY)), signal)

// The mirror
export const useGuard = once(() => createGuard(useDeliveriesPool(), useClerk(), { onForeign: (foreign, mirrored) => log.error({ foreign, mirrored }, wrongKey(foreign, mirrored)) }))
/** Hides the posts of the banned and the deleted from the indexes of lists, and shows them again. */
export const useHider = once(() => createHider(useDb, error => logFailure('hide posts', error)))
/** Whether what Clerk tells can be committed. */
export const useWrites = once(() => createWriteWatch(failing => failing ? log.error(failing, 'writes fail') : log.info('writes work again')))
/** Applies news by the version rule; resolves after commit. */
export const useApply = once(() => createNewsQueue(async (news) => {
  markStages(news, 'writtenAt')
  const results = await useWrites()(() => applyNews(useDeliveriesPool(), news))
  markStages(news, 'committedAt')
  if (results.some(result => !(result instanceof Error) && result.unsettled)) useHider().nudge()
  return results
}))
export const useMetrics = once(() => createMetrics(error => logFailure('metrics', error)))
export const useReceive = once(() => createReceiver({
  db: useDb,
  pool: useDeliveriesPool(),
  verify: createVerifier(useEnv().NUXT_CLERK_WEBHOOK_SIGNING_SECRET ?? []),
  guard: useGuard(),
  apply: useApply(),
  refusals: createRefusalCounter(useDeliveriesPool()),
  metrics: useMetrics(),
}))
const readParts = () => ({ db: useDbPool(), clerk: useClerk(), guard: useGuard(), apply: useApply() })
/** Reads one user from Clerk who writes before their webhook has come. */
export const useProvision = once(() => createProvisioner(readParts()))
/** Reads one user from Clerk and applies the answer. */
export const useReadUser = once(() => (id: string, by: 'id' | 'asked') => readUser(readParts(), id, by))

// Scan and check
/** Starts a scan, one at a time among all instances; null while another one runs. */
export const useScan = once(() => async (options: Omit<Parameters<typeof startScan>[3], 'maxDelete'>) => {
  const started = await startScan(await useDb(), usePacedClerk(), useGuard(), { ...options, maxDelete: useEnv().RECONCILE_MAX_DELETE })
  started?.done.then(({ report }) => useMetrics().countRepairs('scan', report.repairs), () => {})
  return started
})
/** Runs one check, one at a time among all instances; null while another one runs, or when it is too soon. @throws OutOfTimeError after `withinMs` */
export const useCheck = once(() => async ({ everySeconds, withinMs }: { everySeconds: number, withinMs?: number }) => {
  const clerk = withinMs === undefined ? usePacedClerk() : readUntil(AbortSignal.timeout(withinMs))
  const checked = await check(await useDb(), clerk, useGuard(), { everySeconds, maxDelete: useEnv().RECONCILE_MAX_DELETE, gapMs: gapAfterMs(useEnv().SYNC_CHECK_SECONDS) })
  useMetrics().countRepairs('check', checked?.repairs ?? [])
  if (checked?.repairs.length) useHider().nudge()
  // Where processes do not stay, a scan would be cut off.
  if (checked?.needs && useEnv().LIVE === 'on' && await claimScan(useDbPool())) {
    const started = await useScan()({ kind: 'reconcile', startedBy: 'check' })
    started?.done.catch((error) => {
      logFailure('reconcile', error)
      return releaseScan(useDbPool())
    }).catch(() => {})
  }
  return checked
})

// Health
export const useForwarded = once(() => createForwardedNote(() => noteForwarded(useDbPool())))
export const useHealth = once(() => createHealth({ db: useDb, probed: useDeliveriesPool(), wires: () => ({ ...useAppDatabase().wires(), failing: useWrites().failing() }), guard: useGuard(), env: useEnv() }))

// The live streams
export const useStreams = once(() => createStreams({ perClient: useEnv().LIVE_STREAMS_PER_CLIENT, inAll: useEnv().LIVE_STREAMS }))
/** What changes, for everyone. @throws while the database is not there */
export const useLiveHub = onceReady(async () => hub = await openLiveHub(await useDb(), useAppDatabase().listen, {
  change: () => useSharedAnswers().forget(),
  error: error => logFailure('live', error),
}))
let hub: LiveHub | undefined
/** What is the same for all guests, while the hub hears what changes. */
export const useSharedAnswers = once(() => createSharedAnswers(() => hub?.hasHeardWithin(2_000) ?? false))
/** The event log, for admins. */
export const useEventFeed = once(() => createEventFeed((after, limit) => findEventsAfter(useDbPool(), after, limit), {
  now: () => databaseNow(useDbPool()),
  onError: error => logFailure('admin live', error),
}))

function once<T extends object>(make: () => T): () => T {
  let part: T | undefined
  return () => part ??= make()
}

/** As `once`; a failure is not kept. */
function onceReady<T>(make: () => Promise<T>): () => Promise<T> {
  let part: Promise<T> | undefined
  return () => part ??= make().catch((error) => {
    part = undefined
    throw error
  })
}
