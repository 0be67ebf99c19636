import { describe, expect, it } from 'vitest'
import { parseEvent } from '#server/sync/receive/parse.ts'
import { DatabaseNotReadyError, failureOf } from '#server/failure.ts'
import { explainEvent } from '#shared/utils/sync-words.ts'

const instance = 'ins_2a3B4c5D6e7F8g9H0i1J2k3L4m5'
const envelope = (type: string, data: object, more: object = {}) => JSON.stringify({ type, data, timestamp: 1_654_012_591_835, instance_id: instance, ...more })

describe('what parseEvent writes is explained', () => {
  it.each<[string, string, string | null, RegExp, RegExp | null]>([
    ['no JSON', '{', null, /not JSON/, /dashboard/],
    ['no envelope', '{"type":"user.created"}', null, /does not look like an event of Clerk \(data: /, /dashboard/],
    ['a sample', envelope('user.created', { id: 'user_1' }, { instance_id: 'ins_123' }), null, /Send Example/, null],
    ['another instance', envelope('user.created', { id: 'user_1' }), 'ins_other', /It is from the Clerk instance ins_2a3B.*mirrors ins_other/, /other app/],
    ['an unusable user', envelope('user.updated', { id: 'user_1' }), null, /cannot be stored \(data\.updated_at: /, /Correct this user/],
    ['an unusable delete', envelope('user.deleted', {}), null, /cannot be stored \(data\.id/, /Correct this user/],
    ['a session without a user', envelope('session.created', {}), null, /inside session\.created was missing/, null],
    ['a type that is not used', envelope('role.created', {}), null, /does not use role\.created/, /choose only/],
  ])('%s', (_what, body, mirrored, what, action) => {
    const news = parseEvent(body, { id: 'msg_1', receivedAt: 0 }, mirrored)
    if (news.kind !== 'none') throw new Error('This event is used.')
    const explained = explainEvent({ type: news.event.type, outcome: news.outcome, reason: news.reason, details: news.details })
    expect(explained.what).toMatch(what)
    if (action) expect(explained.action).toMatch(action)
    else expect(explained.action).toBeNull()
  })
})

const failed = (code: string | null, error: Error = Object.assign(new Error('x'), code && { code })) => ({ type: 'user.updated', outcome: 'failed' as const, ...failureOf(error) })

it.each<[Parameters<typeof explainEvent>[0], RegExp]>([
  [{ type: 'user.updated', outcome: 'applied', reason: null, details: null }, /Applied to the copy/],
  [{ type: 'user.updated', outcome: 'stale', reason: 'older', details: null }, /older than what the copy/],
  [{ type: 'user.updated', outcome: 'stale', reason: 'deleted', details: null }, /A delete is final/],
  [{ type: 'user.updated', outcome: 'rejected', reason: 'wrong-key', details: { instance: 'ins_1', mirrored: 'ins_2' } }, /ins_1.*ins_2/],
  [failed('53300'), /no room.*53300/],
  [failed('57P01'), /out of reach/],
  [failed('CONNECTION_CLOSED'), /out of reach/],
  [failed('ECONNREFUSED'), /out of reach/],
  [failed(null, new DatabaseNotReadyError()), /out of reach/],
  [failed('22P02'), /Postgres refused it \(22P02\)/],
  [failed(null, new Error('wrapped', { cause: Object.assign(new Error('x'), { code: '22P02' }) })), /Postgres refused it \(22P02\)/],
  [failed(null, new TypeError('x')), /Rollcall failed/],
  [{ type: null, outcome: 'failed', reason: null, details: null }, /No reason was recorded/],
])('%j is explained', (event, what) => {
  expect(explainEvent(event).what).toMatch(what)
})
