import { listAdminUsers } from '#db/queries/admin-users.ts'
import { AdminUsersQuery } from '#shared/schemas/admin.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import type { AdminUserPage } from '#shared/types/admin.ts'
import { useDb, useHealth } from '#server/parts.ts'

export default defineAdminHandler(async (event): Promise<AdminUserPage> => {
  const query = readQuery(event, AdminUsersQuery)
  if (query.q) await limitUser(event, 'search')
  const [{ users, next, incomplete }, counts] = await Promise.all([listAdminUsers(await useDb(), query), useHealth().userCounts()])
  return { users, nextCursor: next && encodeCursor(next), incomplete, counts }
})
