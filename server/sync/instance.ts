import type { Database } from '#db/client.ts'
import { claimInstance, findInstanceId } from '#db/queries/state.ts'
import type { ClerkReader } from './clerk.ts'

export interface InstanceCheck {
  /** The instance that the database mirrors; null until Clerk has said so once. */
  mirrored: string | null
  /** Why nothing may be written, in words that say what to do; null when all is well or not known. */
  problem: string | null
}

/**
 * Asks Clerk which instance the secret key belongs to, and holds it against the one that the database mirrors.
 * The first success is stored. Never taken from an event: the dashboard's sample carries `ins_123`.
 * With Clerk out of reach the stored one holds.
 */
export async function checkInstance(db: Database, clerk: ClerkReader): Promise<InstanceCheck> {
  const asked = await clerk.instance().catch(() => null)
  if (!asked) return { mirrored: await findInstanceId(db), problem: null }
  const mirrored = await claimInstance(db, asked)
  if (mirrored === asked) return { mirrored, problem: null }
  return {
    mirrored,
    problem: `NUXT_CLERK_SECRET_KEY belongs to the Clerk instance ${asked}, but this database mirrors ${mirrored}. Set the key of ${mirrored}, or use another database.`,
  }
}
