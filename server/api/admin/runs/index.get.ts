import { listRuns } from '#db/queries/runs.ts'
import { RunsQuery } from '#shared/schemas/admin.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import type { RunPage } from '#shared/types/admin.ts'
import { useDb } from '#server/parts.ts'

export default defineAdminHandler(async (event): Promise<RunPage> => {
  const { runs, next } = await listRuns(await useDb(), readQuery(event, RunsQuery))
  return { runs, nextCursor: next && encodeCursor(next) }
})
