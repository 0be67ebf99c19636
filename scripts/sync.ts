import { progress } from '@clack/prompts'
import { defineCommand, runMain } from 'citty'
import * as v from 'valibot'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { PooledAddressError } from '#db/pooler.ts'
import { ensureSyncState } from '#db/queries/state.ts'
import { createClerkReader } from '#server/sync/clerk.ts'
import { paceReader, requestsPerSecond } from '#server/sync/pace.ts'
import { createGuard, ForeignInstanceError } from '#server/sync/receive/guard.ts'
import { runErrorOf, startScan } from '#server/sync/scan/run.ts'
import { refusedDeleteWords, runErrorWords, wrongKey } from '#shared/utils/sync-words.ts'
import { isEqual } from '#server/sync/scan/repair.ts'
import { envProblems, readEnv, ServerEnv } from '#server/schemas/env.ts'
import { driftKinds } from '#shared/types/sync.ts'
import type { ScanCounts, ScanKind, ScanReport } from '#shared/types/sync.ts'

/** 0: equal, or made equal. */
const exitCodes = { failed: 1, refused: 2, drift: 3, busy: 4 } as const

const SyncEnv = v.pick(ServerEnv, ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'NUXT_CLERK_SECRET_KEY', 'NUXT_CLERK_API_URL', 'RECONCILE_MAX_DELETE'])

async function sync(kind: 'backfill' | 'reconcile', options: { dryRun: boolean, force: boolean }): Promise<number> {
  const env = v.safeParse(SyncEnv, readEnv(process.env))
  if (!env.success) {
    console.error(envProblems(env.issues).join('\n'))
    return exitCodes.failed
  }
  const { DATABASE_URL: url, DATABASE_DIRECT_URL: directUrl, NUXT_CLERK_SECRET_KEY: secretKey, NUXT_CLERK_API_URL: apiUrl, RECONCILE_MAX_DELETE: maxDelete } = env.output
  const db = openDatabase(url, { directUrl, max: 4 })
  try {
    await migrateDatabase(directUrl ?? url, 'db/migrations')
    await ensureSyncState(db)
    const clerk = paceReader(createClerkReader({ secretKey, apiUrl }), requestsPerSecond(secretKey))
    const meter = createMeter()
    const started = await startScan(db, clerk, createGuard(db, clerk), { kind, ...options, maxDelete, startedBy: 'command line', onProgress: meter.show })
    if (!started) {
      console.error('Another scan is running. Wait until it finishes.')
      return exitCodes.busy
    }
    const { counts, report } = await started.done
    meter.end(`${counts.seen} users read, ${options.dryRun ? 'nothing written (dry run)' : `${counts.written} written`}`)
    print(report, kind)
    if (report.refused) return exitCodes.refused
    return options.dryRun && !isEqual(report) ? exitCodes.drift : 0
  }
  catch (error) {
    if (error instanceof PooledAddressError) console.error(error.message)
    else console.error(error instanceof ForeignInstanceError ? wrongKey(error.instance.foreign, error.instance.mirrored) : runErrorWords(runErrorOf(error)))
    return exitCodes.failed
  }
  finally {
    await closeDatabase(db)
  }
}

/** A bar with rate and time left on a terminal, plain lines elsewhere. */
function createMeter() {
  const began = performance.now()
  const bar = process.stdout.isTTY ? progress({ max: 1_000 }) : null
  let shown = 0
  let open = false
  return {
    show({ seen, total }: ScanCounts) {
      const seconds = (performance.now() - began) / 1000
      const rate = seen / Math.max(seconds, 0.001)
      const left = total > seen ? `, ${Math.ceil((total - seen) / rate)} s left` : ''
      const line = `${seen} of ${total} users, ${Math.round(rate)} a second${left}`
      if (!bar) return console.log(line)
      if (!open) bar.start(line)
      open = true
      const place = Math.round(1_000 * Math.min(1, seen / Math.max(total, 1)))
      bar.advance(place - shown, line)
      shown = place
    },
    end(line: string) {
      if (bar && open) bar.stop(line)
      else console.log(line)
    },
  }
}

function print(report: ScanReport, kind: ScanKind) {
  const words = { missing: 'missing here', stale: 'different here', gone: 'gone from Clerk', revived: 'taken for gone, and back' }
  for (const drift of driftKinds) {
    const count = report.driftCounts[drift]
    if (count === 0) continue
    const ids = report.drift[drift]
    console.log(`${count} ${words[drift]}: ${ids.slice(0, 10).join(', ')}${count > 10 ? ', …' : ''}`)
  }
  if (report.unusable.length > 0) console.log(`${report.unusable.length} that the table cannot hold: ${report.unusable.slice(0, 10).join(', ')}`)
  if (report.refused) console.error(`${refusedDeleteWords(report.refused)} If they are really gone, run it again with --force.`)
  else if (report.unconfirmed.length > 0) console.log(`${report.unconfirmed.length} not listed, but not confirmed as gone: left as they are.`)
  if (isEqual(report)) console.log(kind === 'reconcile' ? 'The copy equals Clerk.' : 'Nothing was missing.')
}

const args = {
  'dry-run': { type: 'boolean', default: false, description: 'Look and report, write nothing; exits 3 when something differs' },
  'force': { type: 'boolean', default: false, description: 'Take for gone however many there are' },
} as const

const commandFor = (kind: 'backfill' | 'reconcile', description: string) => defineCommand({
  meta: { name: kind, description },
  args,
  run: async ({ args }) => {
    process.exitCode = await sync(kind, { dryRun: args['dry-run'], force: args.force })
  },
})

await runMain(defineCommand({
  meta: { name: 'sync', description: 'Read all users from Clerk. Exits 0 when equal or made equal, 1 failed, 2 refused, 3 drift in a dry run, 4 another scan runs.' },
  subCommands: {
    backfill: commandFor('backfill', 'The first import: everyone whom Clerk has'),
    reconcile: commandFor('reconcile', 'Find and repair what differs, the gone as well'),
  },
}))
