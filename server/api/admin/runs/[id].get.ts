import { findRun } from '../../../../db/queries/scan.ts'
import { RunParams } from '../../../../shared/schemas/ids.ts'
import type { SyncRun } from '../../../../shared/types/sync.ts'

export default defineAdminHandler(async (event): Promise<SyncRun> => {
  const { id } = readParams(event, RunParams)
  const run = await findRun(await useDb(), id)
  if (!run) throw apiError(404, 'There is no run with this id.')
  return run
})
