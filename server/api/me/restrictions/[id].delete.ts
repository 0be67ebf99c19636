import { setResponseStatus } from 'h3'
import { lift } from '#db/queries/restrictions.ts'
import { UserParams } from '#shared/schemas/ids.ts'
import { useDb } from '#server/parts.ts'

/** Unmutes or unblocks someone. Doing it twice is no error. */
export default defineApiHandler(async (event) => {
  const userId = await limitUser(event, 'change')
  const { id } = readParams(event, UserParams)
  await lift(await useDb(), userId, id)
  setResponseStatus(event, 204)
  return null
})
