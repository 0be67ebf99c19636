import { expect, it } from 'vitest'
import type { ScanReport } from '#shared/types/sync.ts'
import { unnamedOf } from '#shared/utils/run-people.ts'

const report: ScanReport = {
  drift: { missing: ['user_a', 'user_b'], stale: ['user_c'], gone: ['user_d'], revived: ['user_e'] },
  driftCounts: { missing: 2, stale: 1, gone: 1, revived: 1 },
  repairs: [], unusable: [], failed: [], unconfirmed: [], refused: null,
}
const user = (id: string, status: 'here' | 'gone') => ({ [id]: { id, name: id, username: null, imageUrl: null, status } })

it('names those whom Clerk has and who are not here', () => {
  expect(unnamedOf({ report, people: { ...user('user_b', 'here'), ...user('user_e', 'gone') } })).toEqual(['user_a', 'user_e'])
})

it('asks for no more than Clerk takes at once, and for nobody without a report', () => {
  const missing = Array.from({ length: 300 }, (_, n) => `user_${n}`)
  expect(unnamedOf({ report: { ...report, drift: { ...report.drift, missing } }, people: {} })).toHaveLength(100)
  expect(unnamedOf({ report: null, people: {} })).toEqual([])
})
