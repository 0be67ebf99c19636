import type { Database } from '#db/client.ts'
import { countUsers, findStoredFacts } from '#db/queries/facts.ts'
import { findRefusals } from '#db/queries/refusals.ts'
import { findLastReconcile, findOpenRun, findRepairs } from '#db/queries/runs.ts'
import { databaseNow, findCheckState, findForwardedAt, findInstanceId } from '#db/queries/state.ts'
import type { MirrorFacts, MirrorHealth, Wires } from '#shared/types/admin.ts'
import type { UserStatus } from '#shared/types/user.ts'
import type { Guard } from '../receive/guard.ts'
import { nothingKnown } from '../scan/check.ts'
import { nextReconcile } from '../scan/schedule.ts'
import { cached } from './cached.ts'
import { judgeMirror } from './verdict.ts'
import type { WriteWatch } from './writes.ts'

/** Counting 200,000 rows takes some 20 ms: once in this time is enough for all who look. */
const COUNTS_MS = 5_000

const DAY = 86_400_000

export interface Health {
  /** Asks Postgres the least. @throws what the driver throws */
  probe(): Promise<void>
  /** Is the copy right? The verdict, and what it was made of. Never waits for Clerk. */
  read(): Promise<MirrorHealth>
  /** The same, at most 5 s old. */
  glance(): Promise<MirrorHealth>
  /** All rows by status, at most 5 s old. */
  userCounts(): Promise<Record<UserStatus, number>>
}

/** The variables that the verdict speaks of, parsed. */
export interface HealthEnv {
  SYNC_CHECK_SECONDS: number
  RECONCILE_CRON?: string
  RETENTION_DAYS: number
  LIVE: 'on' | 'off'
  NUXT_CLERK_WEBHOOK_SIGNING_SECRET?: string[]
  NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: string
  NUXT_CLERK_SECRET_KEY: string
  TRUSTED_PROXIES: number
  NUXT_SITE_URL: string[]
}

interface HealthParts {
  /** The database once it is ready. */
  db: () => Promise<Database>
  /** Connections that readers cannot take: asked whether Postgres answers. */
  probed: Database
  wires: () => Wires
  writes: Pick<WriteWatch, 'failing'>
  guard: Guard
  env: HealthEnv
}

export function createHealth({ db, probed, wires, writes, guard, env }: HealthParts): Health {
  let probing: Promise<unknown> | undefined
  const userCounts = cached(COUNTS_MS, async () => countUsers(await db()))

  async function readFacts(): Promise<MirrorFacts> {
    const ready = await db()
    const [stored, refusals, open, reconciles, users, state, repairs, mirrored, forwardedAt] = await Promise.all([
      findStoredFacts(ready), findRefusals(ready), findOpenRun(ready), findLastReconcile(ready), userCounts(), findCheckState(ready), findRepairs(ready), findInstanceId(ready), findForwardedAt(ready),
    ])
    const { now: checkedAt, keptSince, ...rest } = stored
    return {
      checkedAt,
      ...rest,
      check: { ...state.check ?? nothingKnown, every: env.SYNC_CHECK_SECONDS, scans: env.LIVE === 'on', seenUntil: state.seenUntil, checkedAt: state.checkedAt, comparedAt: state.comparedAt },
      repairs,
      users,
      eraseDueAt: keptSince && new Date(Date.parse(keptSince) + env.RETENTION_DAYS * DAY).toISOString(),
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
      wires: wires(),
      failingWrites: writes.failing(),
    }
  }

  async function read() {
    const facts = await readFacts()
    return { verdict: judgeMirror(facts), facts }
  }
  return {
    // One at a time, so that what does not answer holds one connection.
    probe: async () => void await (probing ??= databaseNow(probed).finally(() => (probing = undefined))),
    read,
    glance: cached(COUNTS_MS, read),
    userCounts,
  }
}

const modeOf = (key: string) => key.split('_')[1] === 'live' ? 'live' : 'test'
