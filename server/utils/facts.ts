import { Cron } from 'croner'
import { countUsers, findStoredFacts } from '#db/queries/facts.ts'
import { findRefusals } from '#db/queries/refusals.ts'
import { findLastReconcile, findOpenRun } from '#db/queries/runs.ts'
import { countLiveUsers } from '#db/queries/scan.ts'
import type { MirrorFacts } from '#shared/types/admin.ts'
import type { CountComparer } from '../sync/compare.ts'
import { createCountComparer } from '../sync/compare.ts'

/** Counting 200,000 rows takes some 20 ms: once in this time is enough for all who look. */
const COUNTS_MS = 5_000

/** All rows by status, at most 5 s old. */
export const useUserCounts = cached(COUNTS_MS, async () => countUsers(await useDb()))

let comparer: CountComparer | undefined

/** Clerk's count beside ours, of this process. */
export function useCountComparer(): CountComparer {
  comparer ??= createCountComparer({
    clerk: () => useMirror().clerk.count(),
    ours: async () => countLiveUsers(await useDb()),
  })
  return comparer
}

const mode = (key: string) => key.split('_')[1] === 'live' ? 'live' : 'test'

/** What the verdict is made of. Only Clerk's count is not from here, and is waited for 4 s at most. */
export async function readFacts(): Promise<MirrorFacts> {
  const env = useEnv()
  const db = await useDb()
  const compare = async () => {
    const users = await useUserCounts()
    return { users, count: await useCountComparer().get(users.here + users.pending) }
  }
  const [stored, refusals, open, reconciles, { users, count }] = await Promise.all([
    findStoredFacts(db), findRefusals(db), findOpenRun(db), findLastReconcile(db), compare(),
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
    instance: useMirror().instance(),
    keys: { signingSecrets: env.NUXT_CLERK_WEBHOOK_SIGNING_SECRET.length, publishable: mode(env.NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY), secret: mode(env.NUXT_CLERK_SECRET_KEY) },
  }
}
