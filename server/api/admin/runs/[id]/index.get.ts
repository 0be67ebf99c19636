import { findRun } from '#db/queries/runs.ts'
import { RunParams } from '#shared/schemas/ids.ts'
import type { RunDetail } from '#shared/types/admin.ts'
import { useDb } from '#server/parts.ts'

export default defineAdminHandler(async (event): Promise<RunDetail> => {
  const { id } = readParams(event, RunParams)
  const run = await findRun(await useDb(), id)
  if (!run) throw apiError(404, 'There is no run with this id.')
  return run
})
