import { findEventsAfter } from '#db/queries/events.ts'
import { databaseNow, noteForwarded } from '#db/queries/state.ts'
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
import { createForwardedNote } from './sync/health/forwarded.ts'
import { createHealth } from './sync/health/health.ts'
import { createMirror } from './sync/mirror.ts'
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

// The mirror
export const useMirror = once(() => createMirror({
  db: useDb,
  pool: useDbPool(),
  deliveries: useDeliveriesPool(),
  secretKey: useEnv().NUXT_CLERK_SECRET_KEY,
  apiUrl: useEnv().NUXT_CLERK_API_URL,
  signingSecrets: useEnv().NUXT_CLERK_WEBHOOK_SIGNING_SECRET,
  maxDelete: useEnv().RECONCILE_MAX_DELETE,
  checkSeconds: useEnv().SYNC_CHECK_SECONDS,
  scans: useEnv().LIVE === 'on',
  onFailure: logFailure,
  onWrites: failing => failing ? log.error(failing, 'writes fail') : log.info('writes work again'),
  onForeign: (foreign, mirrored) => log.error({ foreign, mirrored }, wrongKey(foreign, mirrored)),
}))

// Health
export const useForwarded = once(() => createForwardedNote(() => noteForwarded(useDbPool())))
export const useHealth = once(() => createHealth({ db: useDb, probed: useDeliveriesPool(), wires: useAppDatabase().wires, writes: useMirror().writes, guard: useMirror().guard, env: useEnv() }))

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
