import { decide } from '#db/queries/decisions.ts'
import { findCase } from '#db/queries/reports.ts'
import { CaseParams, NewDecision } from '#shared/schemas/moderation.ts'
import type { ReportCase } from '#shared/types/moderation.ts'
import { useDb } from '#server/parts.ts'

/** @returns the case as it is now */
export default defineAdminHandler(async (event): Promise<ReportCase> => {
  const admin = await limitUser(event, 'change')
  const { id } = readParams(event, CaseParams)
  const decision = await readJson(event, NewDecision)
  const db = await useDb()
  const done = await decide(db, id, admin, decision)
  const decided = await findCase(db, id)
  if (!decided) throw apiError(404, 'There is no report with this id.')
  if (!done) throw apiError(400, 'Only posts can be hidden here. Ban the person in Clerk instead.')
  return decided
})
