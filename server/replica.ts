import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { isTransactionPooler } from '#db/pooler.ts'
import { findLogPosition } from '#db/queries/replica.ts'
import type { ReplicaState } from '#shared/types/sync.ts'
import { within } from './within.ts'

/** How often both logs are looked at, and how long the replica may take to say where it is, ms. */
const LOOK_MS = 1_000
/** A look that hears nothing for so long opens another connection, ms. */
const SILENT_MS = 3_000
/** The replica is read while everything that was committed until so long ago is there, ms. */
export const REPLICA_AGE_MS = 3_000

export interface Replica {
  /** Its connections, while everything that was committed until 3 s ago is there; undefined otherwise. */
  pool(): Database | undefined
  /** It did not answer: it is not read again before a look finds it well. */
  failed(): void
  state(): ReplicaState
  /** @param seconds how long statements in flight may go on */
  close(seconds: number): Promise<void>
}

/**
 * A streaming replica for reads, and how old what it says may be. Each second it is asked how far it has replayed the log;
 * the latest of the primary's positions that it has reached says until when every commit is there.
 * @param url `DATABASE_READ_URL`, which may be a pooler's
 * @param primary the database, once it is migrated
 * @param onState called with each new state
 */
export function createReplica(url: string, primary: () => Promise<Database>, onState: (state: ReplicaState) => void): Replica {
  const probe = openDatabase(url, { session: true, prepare: false, silentMs: SILENT_MS })
  let pool: Database | undefined
  let positions: { at: number, position: bigint }[] = []
  /** Everything that was committed until then is there, by `performance.now()`. */
  let wholeUntil = Number.NEGATIVE_INFINITY
  let asked: ReturnType<typeof findLogPosition> | undefined
  let state: ReplicaState = 'away'
  let looking = false
  let closed = false
  const isFresh = () => performance.now() - wholeUntil <= REPLICA_AGE_MS

  function become(next: ReplicaState) {
    if (next !== 'used') wholeUntil = Number.NEGATIVE_INFINITY
    // Its connections may be as dead as the one that did not answer.
    if (next === 'away') pool?.renew()
    if (next !== state) onState(next)
    state = next
  }

  async function look() {
    if (looking) return
    looking = true
    // While the primary does not answer, what is known of the replica grows old.
    const ours = await primary().then(async db => ({ at: performance.now(), ...await findLogPosition(db) })).catch(() => null)
    if (ours) become(await compare(ours).catch(() => 'away' as const))
    looking = false
  }

  async function compare(ours: { at: number, position: bigint, place: string }): Promise<ReplicaState> {
    positions = [...positions.filter(({ at }) => ours.at - at <= REPLICA_AGE_MS), ours]
    // One question at a time. The answer to one that is older says less than is there by now, and nothing wrong.
    asked ??= findLogPosition(probe).finally(() => (asked = undefined))
    const theirs = await within(LOOK_MS, asked, 'The replica does not answer.')
    if (theirs.place !== ours.place || !theirs.isStandby) return 'other'
    pool ??= await open()
    wholeUntil = positions.findLast(({ position }) => position <= theirs.position)?.at ?? wholeUntil
    return isFresh() ? 'used' : 'behind'
  }

  async function open() {
    const isPooled = await isTransactionPooler(url)
    if (closed) throw new Error('The server ends.')
    return openDatabase(url, { prepare: !isPooled })
  }

  const timer = setInterval(() => void look(), LOOK_MS).unref()
  void look()
  return {
    pool: () => isFresh() ? pool : undefined,
    failed: () => become('away'),
    state: () => state === 'used' && !isFresh() ? 'behind' : state,
    async close(seconds) {
      closed = true
      clearInterval(timer)
      await Promise.all([probe, pool].map(one => one && closeDatabase(one, seconds)))
    },
  }
}
