import type { RunDetail } from '../types/admin.ts'

/** Clerk is asked for so many at once: https://clerk.com/docs/reference/backend-api/tag/Users */
const ASKED = 100

/** Those of a report whom Clerk has and of whom there is no name here, 100 at most: they are missing, or only a tombstone. */
export function unnamedOf({ report, people }: Pick<RunDetail, 'report' | 'people'>): string[] {
  const ids = report ? [...report.drift.missing, ...report.drift.revived] : []
  return ids.filter(id => (people[id]?.status ?? 'gone') === 'gone').slice(0, ASKED)
}
