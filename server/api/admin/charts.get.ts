import { listHours, rollUpHours } from '#db/queries/charts.ts'
import type { ChartRange } from '#shared/schemas/admin.ts'
import { ChartsQuery } from '#shared/schemas/admin.ts'
import type { MirrorCharts } from '#shared/types/admin.ts'
import { useDb } from '#server/parts.ts'

const hoursOf = { day: 24, week: 7 * 24, month: 30 * 24 } as const satisfies Record<ChartRange, number>

/** Deliveries and lag by the hour. */
export default defineAdminHandler(async (event): Promise<MirrorCharts> => {
  const { range } = readQuery(event, ChartsQuery)
  const db = await useDb()
  await rollUpHours(db, hoursOf[range])
  return { range, hours: await listHours(db, hoursOf[range]) }
})
