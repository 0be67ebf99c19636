import type { Database } from '#db/client.ts'
import { claimInstance, findInstanceId } from '#db/queries/state.ts'
import { describeFailure } from '../../failure.ts'
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

/**
 * Asks Clerk which instance the secret key belongs to, and compares it with the one that the database mirrors.
 * The first answer is stored. With Clerk out of reach the stored one holds.
 * Never taken from an event: the dashboard's sample carries `ins_123`.
 */
export async function askInstance(db: Database, clerk: ClerkReader): Promise<Instance> {
  const asked = await clerk.instance().catch(() => null)
  if (!asked) return { mirrored: await findInstanceId(db), foreign: null }
  const mirrored = await claimInstance(db, asked)
  return { mirrored, foreign: mirrored === asked ? null : asked }
}

/** Clerk is asked again so often until it has answered once, ms. */
const RETRY_MS = 30_000

/** The instance guard of a process. @returns what is known now; never waits for Clerk */
export function createGuard(db: Database, clerk: ClerkReader) {
  let known: Instance = { mirrored: null, foreign: null }
  let askedAt = Number.NEGATIVE_INFINITY
  return (): Instance => {
    if (!known.mirrored && performance.now() - askedAt > RETRY_MS) {
      askedAt = performance.now()
      askInstance(db, clerk).then(
        (instance) => {
          known = instance
        },
        error => console.error(`instance guard ${describeFailure(error)}`),
      )
    }
    return known
  }
}
