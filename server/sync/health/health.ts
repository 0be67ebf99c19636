import type { Database } from '#db/client.ts'
import { countUsers, findStoredFacts } from '#db/queries/facts.ts'
import { findRefusals } from '#db/queries/refusals.ts'
import { findLastReconcile, findOpenRun, findRepairs } from '#db/queries/runs.ts'
import { findCheckState, findForwardedAt, findInstanceId } from '#db/queries/state.ts'
import type { ServerEnv } from '#server/schemas/env.ts'
import type { MirrorFacts, MirrorHealth } from '#shared/types/admin.ts'
import type { UserStatus } from '#shared/types/user.ts'
import type { Guard } from '../receive/guard.ts'
import { nothingKnown } from '../scan/check.ts'
import { nextReconcile } from '../scan/schedule.ts'
import { cached } from './cached.ts'
import { judgeMirror } from './verdict.ts'

/** Counting 200,000 rows takes some 20 ms: once in this time is enough for all who look. */
const COUNTS_MS = 5_000

export interface Health {
  /** Is the copy right? The verdict, and what it was made of. Never waits for Clerk. */
  read(): Promise<MirrorHealth>
  /** The same, at most 5 s old. */
  glance(): Promise<MirrorHealth>
  /** All rows by status, at most 5 s old. */
  userCounts(): Promise<Record<UserStatus, number>>
}

/** @param parts.db the database once it is ready */
export function createHealth({ db, guard, env }: { db: () => Promise<Database>, guard: Guard, env: ServerEnv }): Health {
  const userCounts = cached(COUNTS_MS, async () => countUsers(await db()))

  async function readFacts(): Promise<MirrorFacts> {
    const ready = await db()
    const [stored, refusals, open, reconciles, users, state, repairs, mirrored, forwardedAt] = await Promise.all([
      findStoredFacts(ready), findRefusals(ready), findOpenRun(ready), findLastReconcile(ready), userCounts(), findCheckState(ready), findRepairs(ready), findInstanceId(ready), findForwardedAt(ready),
    ])
    const { now: checkedAt, ...rest } = stored
    return {
      checkedAt,
      ...rest,
      check: { ...state.check ?? nothingKnown, every: env.SYNC_CHECK_SECONDS, seenUntil: state.seenUntil, checkedAt: state.checkedAt, comparedAt: state.comparedAt },
      repairs,
      users,
      refusals,
      running: open?.alive ? open.run : null,
      cutOff: open && !open.alive ? open.run : null,
      lastReconcile: reconciles.last,
      lastRepairAt: reconciles.repairedAt,
      nextReconcileAt: nextReconcile(env.RECONCILE_CRON, mirrored),
      instance: { mirrored, foreign: guard.peek().foreign },
      keys: { signingSecrets: env.NUXT_CLERK_WEBHOOK_SIGNING_SECRET?.length ?? 0, publishable: modeOf(env.NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY), secret: modeOf(env.NUXT_CLERK_SECRET_KEY) },
      proxies: { trusted: env.TRUSTED_PROXIES, forwardedAt },
      origin: env.NUXT_SITE_URL[0] ?? '',
    }
  }

  async function read() {
    const facts = await readFacts()
    return { verdict: judgeMirror(facts), facts }
  }
  return { read, glance: cached(COUNTS_MS, read), userCounts }
}

const modeOf = (key: string) => key.split('_')[1] === 'live' ? 'live' : 'test'
