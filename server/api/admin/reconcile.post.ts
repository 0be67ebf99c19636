import { setResponseStatus } from 'h3'
import { findOpenRun } from '#db/queries/runs.ts'
import { ReconcileInput } from '#shared/schemas/admin.ts'
import { wrongKey } from '#shared/utils/sync-words.ts'
import { ForeignInstanceError } from '#server/sync/receive/guard.ts'
import { useDb, useMirror } from '#server/parts.ts'
import { logFailure } from '#server/log/log.ts'

/** Starts a reconcile and answers at once; `GET /api/admin/runs/:id` follows it. */
export default defineAdminHandler(async (event): Promise<{ runId: string }> => {
  const startedBy = await limitUser(event, 'clerk')
  const options = await readJson(event, ReconcileInput)
  const started = await useMirror().scan({
    kind: 'reconcile',
    ...options,
    startedBy,
  }).catch((error) => {
    if (!(error instanceof ForeignInstanceError)) throw error
    throw apiError(502, wrongKey(error.instance.foreign, error.instance.mirrored))
  })
  if (!started) {
    const open = await findOpenRun(await useDb())
    throw apiError(409, 'Another scan is running. Wait until it finishes.', { running: open?.alive ? open.run : null })
  }
  started.done.catch(error => logFailure('reconcile', error))
  setResponseStatus(event, 202)
  return { runId: started.runId }
})
