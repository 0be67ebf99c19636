import { Cron } from 'croner'
import type { Database } from '#db/client.ts'
import { countUsers, findStoredFacts } from '#db/queries/facts.ts'
import { findRefusals } from '#db/queries/refusals.ts'
import { findLastReconcile, findOpenRun } from '#db/queries/runs.ts'
import { countLiveUsers } from '#db/queries/scan.ts'
import type { ServerEnv } from '#server/schemas/env.ts'
import type { MirrorFacts, MirrorHealth } from '#shared/types/admin.ts'
import type { UserStatus } from '#shared/types/user.ts'
import type { ClerkReader } from '../clerk.ts'
import type { Instance } from '../receive/guard.ts'
import { cached } from './cached.ts'
import type { CountComparer } from './compare.ts'
import { createCountComparer } from './compare.ts'
import { judgeMirror } from './verdict.ts'

/** Counting 200,000 rows takes some 20 ms: once in this time is enough for all who look. */
const COUNTS_MS = 5_000

export interface Health {
  /** Is the copy right? The verdict, and what it was made of. Clerk's count is waited for 4 s at most. */
  read(): Promise<MirrorHealth>
  /** All rows by status, at most 5 s old. */
  userCounts(): Promise<Record<UserStatus, number>>
  /** Clerk's count beside ours. */
  counts: CountComparer
}

/** @param parts.db the database once it is ready */
export function createHealth({ db, clerk, guard, env }: { db: () => Promise<Database>, clerk: ClerkReader, guard: () => Instance, env: ServerEnv }): Health {
  const userCounts = cached(COUNTS_MS, async () => countUsers(await db()))
  const counts = createCountComparer({ clerk: () => clerk.count(), ours: async () => countLiveUsers(await db()) })

  async function compare() {
    const users = await userCounts()
    return { users, count: await counts.get(users.here + users.pending) }
  }

  async function readFacts(): Promise<MirrorFacts> {
    const ready = await db()
    const [stored, refusals, open, reconciles, { users, count }] = await Promise.all([
      findStoredFacts(ready), findRefusals(ready), findOpenRun(ready), findLastReconcile(ready), compare(),
    ])
    const { now: checkedAt, ...rest } = stored
    return {
      checkedAt,
      ...rest,
      count,
      users,
      refusals,
      running: open?.alive ? open.run : null,
      cutOff: open && !open.alive ? open.run : null,
      lastReconcile: reconciles.last,
      lastRepairAt: reconciles.repairedAt,
      nextReconcileAt: env.RECONCILE_CRON ? new Cron(env.RECONCILE_CRON, { timezone: 'UTC' }).nextRun()?.toISOString() ?? null : null,
      instance: guard(),
      keys: { signingSecrets: env.NUXT_CLERK_WEBHOOK_SIGNING_SECRET.length, publishable: modeOf(env.NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY), secret: modeOf(env.NUXT_CLERK_SECRET_KEY) },
      origin: env.NUXT_SITE_URL[0] ?? '',
    }
  }

  return {
    async read() {
      const facts = await readFacts()
      return { verdict: judgeMirror(facts), facts }
    },
    userCounts,
    counts,
  }
}

const modeOf = (key: string) => key.split('_')[1] === 'live' ? 'live' : 'test'
