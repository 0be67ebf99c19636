import { listPeople } from '#db/queries/people.ts'
import type { Member } from '#shared/types/user.ts'

const SHOWN = 8

/** Who joined last, newest first. */
export default defineApiHandler(async (): Promise<{ users: Member[] }> => {
  const { users } = await listPeople(await useDb(), { q: '', limit: SHOWN })
  return { users }
})
