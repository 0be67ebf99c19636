import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { EventsQuery, RunsQuery } from '#shared/schemas/admin.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'

describe('a time of a filter', () => {
  it.each([
    ['2026-02-03', '2026-02-03T00:00:00.000Z'], ['2026-02-03T04:05:06+01:00', '2026-02-03T03:05:06.000Z'], ['0001-01-01', '0001-01-01T00:00:00.000Z'],
  ])('%s is %s', (since, iso) => {
    expect(v.parse(EventsQuery, { since })).toMatchObject({ since: iso })
  })

  it.each(['0000-01-01', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-12:00', '2026-13-01', '10000-01-01', 'now', ''])('%j is refused', (since) => {
    expect(v.safeParse(EventsQuery, { since }).success).toBe(false)
  })
})

it('a cursor of the runs ends with the id of a run', () => {
  const key = '2026-02-03T04:05:06.007Z'
  expect(v.safeParse(RunsQuery, { cursor: encodeCursor({ key, id: '01990000-0000-7000-8000-000000000001' }) }).success).toBe(true)
  expect(v.safeParse(RunsQuery, { cursor: encodeCursor({ key, id: 'msg_1' }) }).success).toBe(false)
})
