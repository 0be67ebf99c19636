import { expect, it } from 'vitest'
import { nextReconcile, reconcilePattern } from '#server/sync/scan/schedule.ts'

const one = 'ins_2a3B4c5D6e7F8g9H0i1J2k3L4m5'
const other = 'ins_000000000000000000000000000'

it('is daily, at an hour and minute of the instance\'s own, the same in every process', () => {
  expect(reconcilePattern(undefined, one)).toMatch(/^\d{1,2} \d{1,2} \* \* \*$/)
  expect(reconcilePattern(undefined, one)).toBe(reconcilePattern(undefined, one))
  expect(reconcilePattern(undefined, one)).not.toBe(reconcilePattern(undefined, other))
})

it('is what RECONCILE_CRON says, and none when that is off or the instance is not known', () => {
  expect(reconcilePattern('0 4 * * *', null)).toBe('0 4 * * *')
  expect(reconcilePattern('off', one)).toBeNull()
  expect(reconcilePattern(undefined, null)).toBeNull()
})

it('comes within a day', () => {
  const next = Date.parse(nextReconcile(undefined, one) ?? '')
  expect(next).toBeGreaterThan(Date.now())
  expect(next).toBeLessThanOrEqual(Date.now() + 86_400_000)
  expect(nextReconcile('off', one)).toBeNull()
})
