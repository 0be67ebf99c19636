import { closeDatabase, openDatabase } from '#db/client.ts'
import { ensureSyncState } from '#db/queries/state.ts'
import { createClerkReader } from '#server/sync/clerk.ts'
import { paceReader, requestsPerSecond } from '#server/sync/pace.ts'
import { createGuard } from '#server/sync/receive/guard.ts'
import { startScan } from '#server/sync/scan/run.ts'

/* One backfill in a process of its own, with a production key's pace: `node bench/lib/backfill-process.ts <database> <Clerk>` */
const [databaseUrl = '', apiUrl = ''] = process.argv.slice(2)
const secretKey = `sk_live_${'bench'.repeat(8)}`
const db = openDatabase(databaseUrl, { max: 4 })
await ensureSyncState(db)
const clerk = paceReader(createClerkReader({ secretKey, apiUrl }), requestsPerSecond(secretKey))

// `resourceUsage().maxRSS` begins with the peak of the process that forked this one.
let peak = 0
const sampler = setInterval(() => peak = Math.max(peak, process.memoryUsage.rss()), 20)
const began = performance.now()
const started = await startScan(db, clerk, createGuard(db, clerk), { kind: 'backfill', startedBy: 'command line' })
const result = await started?.done
clearInterval(sampler)
process.send?.({ ms: performance.now() - began, written: result?.counts.written ?? 0, peakMb: peak / 2 ** 20 })
await closeDatabase(db)
process.disconnect()
