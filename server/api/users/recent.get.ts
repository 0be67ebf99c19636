import { listMembers } from '#db/queries/users.ts'
import type { Member } from '#shared/types/user.ts'
import { useDb } from '#server/parts.ts'

const SHOWN = 8

/** Who joined last, newest first. */
export default defineApiHandler(async (): Promise<{ users: Member[] }> => {
  const { users } = await listMembers(await useDb(), { q: '', limit: SHOWN })
  return { users }
})
