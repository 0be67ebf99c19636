import type { Me } from '#shared/types/user.ts'
import { provision } from '#server/utils/author.ts'

/** Someone waits for a webhook that does not come, and asks Clerk directly: just-in-time, by the same rule. */
export default defineApiHandler(async (event): Promise<Me> => {
  const userId = await limitUser(event, 'clerk')
  const before = await readMe(event)
  if (before.status !== 'pending') return before
  if (await provision(userId) === 'pending') throw apiError(502, 'Clerk is not answering either. You can already post; your name will follow.')
  return readMe(event)
})
