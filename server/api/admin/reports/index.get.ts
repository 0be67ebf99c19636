import { listCases } from '#db/queries/reports.ts'
import { CasesQuery } from '#shared/schemas/moderation.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import type { ReportCasePage } from '#shared/types/moderation.ts'
import { useDb } from '#server/parts.ts'

export default defineAdminHandler(async (event): Promise<ReportCasePage> => {
  const { state, cursor, limit } = readQuery(event, CasesQuery)
  const { cases, next } = await listCases(await useDb(), { state, after: cursor, limit })
  return { cases, nextCursor: next && encodeCursor(next) }
})
