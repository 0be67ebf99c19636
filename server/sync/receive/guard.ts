import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#db/client.ts'
import { claimInstance, findInstanceId } from '#db/queries/state.ts'
import type { ClerkReader } from '../clerk.ts'

/** Which Clerk instance this database mirrors, and whether the secret key is of another one. */
export interface Instance {
  /** `ins_…`; null until Clerk has named it once. */
  mirrored: string | null
  /** The instance of the secret key, when it is not the mirrored one: nothing may be written then. */
  foreign: string | null
}

/** The secret key belongs to another Clerk instance than the one that this database mirrors. */
export class ForeignInstanceError extends Error {
  override name = 'ForeignInstanceError'
  readonly instance: { mirrored: string | null, foreign: string }
  constructor(instance: { mirrored: string | null, foreign: string }) {
    super(`The secret key is of ${instance.foreign}, and the database mirrors ${instance.mirrored}.`)
    this.instance = instance
  }
}

/** While Clerk does not answer, it is asked again after this time, ms. */
const RETRY_MS = 30_000
/** How long Clerk is waited for, ms. A delivery has 15 s in all. */
const TIMEOUT_MS = 3_000

export interface Guard {
  /** Resolves at once when Clerk has answered, or was asked less than 30 s ago; else within 3 s. @throws what the database throws */
  (): Promise<Instance>
  /** What is known now, without waiting. */
  peek(): Instance
}

interface GuardOptions {
  /** Called when the secret key turns out to be of another instance. */
  onForeign?: (foreign: string, mirrored: string) => void
  /** ms */
  now?: () => number
}

/**
 * The instance guard of a process, read before each write of a user and before each scan.
 * The secret key names its instance (`GET /v1/instance`); the first answer that a database ever has is stored. Clerk is
 * waited for 3 s at most. While it does not answer, the stored instance is compared with; a database without one accepts
 * any. The instance is never taken from an event: the dashboard's sample carries `ins_123`.
 */
export function createGuard(db: Database, clerk: ClerkReader, { onForeign = () => {}, now = () => performance.now() }: GuardOptions = {}): Guard {
  let answered: Instance | null = null
  let asking: Promise<Instance> | null = null
  let askedAt = Number.NEGATIVE_INFINITY

  async function ask(): Promise<Instance> {
    askedAt = now()
    const named = await Promise.race([clerk.instance().catch(() => null), sleep(TIMEOUT_MS, null, { ref: false })])
    if (!named) return { mirrored: await findInstanceId(db), foreign: null }
    const mirrored = await claimInstance(db, named)
    answered = { mirrored, foreign: mirrored === named ? null : named }
    if (answered.foreign) onForeign(answered.foreign, mirrored)
    return answered
  }

  async function guard(): Promise<Instance> {
    if (answered) return answered
    if (!asking || now() - askedAt > RETRY_MS) {
      const mine = asking = ask()
      mine.catch(() => {
        if (asking === mine) asking = null
      })
    }
    return asking
  }

  return Object.assign(guard, {
    peek() {
      if (!answered) guard().catch(() => {})
      return answered ?? { mirrored: null, foreign: null }
    },
  })
}

/** @throws ForeignInstanceError while the secret key is of another instance */
export async function requireOwnInstance(guard: Guard): Promise<void> {
  const { mirrored, foreign } = await guard()
  if (foreign) throw new ForeignInstanceError({ mirrored, foreign })
}
