import { expect, it } from 'vitest'
import type { Member } from '#shared/types/user.ts'
import { withNewcomers } from '#utils/newcomers.ts'

const now = Date.parse('2026-11-21T12:00:00.000Z')
const member = (id: string, minutesAgo: number, status: Member['status'] = 'here'): Member =>
  ({ id, name: id, username: null, imageUrl: null, status, joinedAt: new Date(now - minutesAgo * 60_000).toISOString() })
const full = [1, 2, 3, 4, 5, 6, 7, 8].map(n => member(`known${n}`, n * 10))
const ids = (list: Member[]) => list.map(({ id }) => id)

it('someone new comes first, and the last leaves a full list', () => {
  expect(ids(withNewcomers(full, [member('new', 0)], [], now))).toEqual(['new', ...ids(full).slice(0, 7)])
})

it('an old member, someone of the list, and someone whose news has not come change nothing', () => {
  expect(withNewcomers(full, [member('old', 1_000), member('known1', 10), member('pending', 0, 'pending')], [], now)).toEqual(full)
  expect(withNewcomers(full.slice(0, 2), [member('old', 1_000)], [], now)).toEqual(full.slice(0, 2))
  expect(withNewcomers([], [member('old', 2_000)], [], now)).toEqual([])
})

it('the hidden leave', () => {
  expect(ids(withNewcomers(full, [member('new', 0)], ['new', 'known1'], now))).toEqual(ids(full).slice(1))
})

it('the first of an empty list joined today', () => {
  expect(ids(withNewcomers([], [member('new', 5)], [], now))).toEqual(['new'])
})
