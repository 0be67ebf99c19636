import { listRefusals } from '#db/queries/refusals.ts'
import { RefusalsQuery } from '#shared/schemas/admin.ts'
import type { RefusedHour } from '#shared/types/admin.ts'
import { useDb } from '#server/parts.ts'

/** Deliveries that could not be verified, by hour and reason: nothing of their content is kept. */
export default defineAdminHandler(async (event): Promise<{ refusals: RefusedHour[] }> =>
  ({ refusals: await listRefusals(await useDb(), readQuery(event, RefusalsQuery)) }))
