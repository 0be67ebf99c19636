import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { EventFilters, eventQuery, matchesFilters } from '#utils/admin/event-filters.ts'

const filters = (query: object = {}) => v.parse(EventFilters, query)
const event = { type: 'user.updated', outcome: 'applied', userId: 'user_a', lastReceivedAt: '2026-11-21T08:00:00.000Z' } as const

describe('the filters of the event log', () => {
  it('leave out what is wrong in an address', () => {
    expect(filters({ outcome: 'lost', user: 'x'.repeat(101), last: 'year', since: 'yesterday', until: ['2026-11-21'], type: ' ' })).toEqual({})
    expect(filters({ since: '2026-11-21T09:00:00+01:00' })).toEqual({ since: '2026-11-21T08:00:00.000Z' })
  })

  it('count a span back from now', () => {
    const now = Date.parse('2026-11-21T08:00:00Z')
    expect(eventQuery(filters({ last: 'day', until: '2026-01-01' }), now)).toEqual({ since: '2026-11-20T08:00:00.000Z' })
    expect(eventQuery(filters({ outcome: 'stale', until: '2026-01-01' }), now)).toEqual({ outcome: 'stale', until: '2026-01-01T00:00:00.000Z' })
  })

  it('take an id for one user, and anything else for a name', () => {
    expect(eventQuery(filters({ user: 'user_2ab' }), 0)).toEqual({ user: 'user_2ab' })
    expect(eventQuery(filters({ user: ' Zoë V ' }), 0)).toEqual({ name: 'Zoë V' })
    expect(matchesFilters(event, filters({ user: 'Ada' }), ['user_a'])).toBe(true)
    expect(matchesFilters(event, filters({ user: 'Ada' }), ['user_b'])).toBe(false)
    expect(matchesFilters({ ...event, userId: null }, filters({ user: 'Ada' }), [])).toBe(false)
  })

  it.each([
    [{}, true],
    [{ type: 'user.updated', outcome: 'applied', user: 'user_a', last: 'hour' }, true],
    [{ type: 'user.deleted' }, false],
    [{ outcome: 'failed' }, false],
    [{ user: 'user_b' }, false],
    [{ since: '2026-11-21T08:00:00.000Z' }, true],
    [{ since: '2026-11-21T08:00:00.001Z' }, false],
    [{ until: '2026-11-21T08:00:00.000Z' }, false],
    [{ until: '2026-11-21T08:00:00.001Z' }, true],
  ])('let in by %o: %s', (query, expected) => {
    expect(matchesFilters(event, filters(query))).toBe(expected)
  })
})
