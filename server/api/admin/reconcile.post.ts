import { setResponseStatus } from 'h3'
import { findOpenRun } from '#db/queries/runs.ts'
import { ReconcileInput } from '#shared/schemas/admin.ts'
import { startScan } from '#server/sync/run.ts'

/** Starts a reconcile and answers at once; `GET /api/admin/runs/:id` follows it. */
export default defineAdminHandler(async (event): Promise<{ runId: string }> => {
  const options = await readJson(event, ReconcileInput)
  const started = await startScan(await useDb(), useMirror().pacedClerk, {
    kind: 'reconcile',
    ...options,
    maxDelete: useEnv().RECONCILE_MAX_DELETE,
    startedBy: requireUser(event),
  }).catch((error) => {
    throw apiError(502, error instanceof Error ? error.message : 'The scan could not start.')
  })
  if (!started) {
    const open = await findOpenRun(await useDb())
    throw apiError(409, 'Another scan is running. Wait for it to end.', { running: open?.alive ? open.run : null })
  }
  started.done.catch(error => console.error(`reconcile ${describeFailure(error)}`))
  setResponseStatus(event, 202)
  return { runId: started.runId }
})
