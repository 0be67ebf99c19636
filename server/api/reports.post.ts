import { setResponseStatus } from 'h3'
import { insertReport } from '#db/queries/reports.ts'
import { NewReport } from '#shared/schemas/moderation.ts'
import { useDb } from '#server/parts.ts'

/** Reports a post or a person to the admins. Nobody else is told. */
export default defineApiHandler(async (event) => {
  const reporterId = await limitUser(event, 'report')
  const report = await readJson(event, NewReport)
  if (report.userId === reporterId) throw apiError(400, 'You cannot report yourself.')
  const db = await useDb()
  if (!await insertReport(db, reporterId, report)) {
    await requireAuthor(event)
    if (!await insertReport(db, reporterId, report)) throw apiError(404, report.postId ? 'This post has been deleted, or it is your own.' : 'This account has been deleted.')
  }
  setResponseStatus(event, 204)
  return null
})
