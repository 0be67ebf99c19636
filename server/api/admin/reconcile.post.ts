import { setResponseStatus } from 'h3'
import { findOpenRun } from '#db/queries/runs.ts'
import { ReconcileInput } from '#shared/schemas/admin.ts'
import { wrongKey } from '#shared/utils/sync-words.ts'
import { ForeignInstanceError } from '#server/sync/receive/guard.ts'
import { startScan } from '#server/sync/scan/run.ts'
import { useDb, usePacedClerk } from '#server/parts.ts'
import { useEnv } from '#server/env.ts'
import { describeFailure } from '#server/failure.ts'

/** Starts a reconcile and answers at once; `GET /api/admin/runs/:id` follows it. */
export default defineAdminHandler(async (event): Promise<{ runId: string }> => {
  const options = await readJson(event, ReconcileInput)
  const started = await startScan(await useDb(), usePacedClerk(), {
    kind: 'reconcile',
    ...options,
    maxDelete: useEnv().RECONCILE_MAX_DELETE,
    startedBy: requireUser(event),
  }).catch((error) => {
    if (!(error instanceof ForeignInstanceError)) throw error
    throw apiError(502, wrongKey(error.instance.foreign, error.instance.mirrored ?? undefined))
  })
  if (!started) {
    const open = await findOpenRun(await useDb())
    throw apiError(409, 'Another scan is running. Wait for it to end.', { running: open?.alive ? open.run : null })
  }
  started.done.catch(error => console.error(`reconcile ${describeFailure(error)}`))
  setResponseStatus(event, 202)
  return { runId: started.runId }
})
