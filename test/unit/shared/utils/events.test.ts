import { describe, expect, it } from 'vitest'
import { parseEvent } from '#server/sync/parse.ts'
import { explainEvent } from '#shared/utils/events.ts'

const instance = 'ins_2a3B4c5D6e7F8g9H0i1J2k3L4m5'
const envelope = (type: string, data: object, more: object = {}) => JSON.stringify({ type, data, timestamp: 1, instance_id: instance, ...more })

describe('what parseEvent writes is explained', () => {
  it.each<[string, string, string | null, RegExp, RegExp | null]>([
    ['no JSON', '{', null, /not JSON/, /dashboard/],
    ['no envelope', '{"type":"user.created"}', null, /does not look like an event of Clerk \(data: expected /, /dashboard/],
    ['a sample', envelope('user.created', { id: 'user_1' }, { instance_id: 'ins_123' }), null, /Send Example/, null],
    ['another instance', envelope('user.created', { id: 'user_1' }), 'ins_other', /It is from the instance ins_2a3B.*mirrors ins_other/, /other app/],
    ['an unusable user', envelope('user.updated', { id: 'user_1' }), null, /cannot be stored \(data\.updated_at: /, /Correct this user/],
    ['an unusable delete', envelope('user.deleted', {}), null, /cannot be stored \(data\.id/, /Correct this user/],
    ['a session without a user', envelope('session.created', {}), null, /session\.created can carry the user/, null],
    ['a type that is not used', envelope('role.created', {}), null, /does not use role\.created/, /choose only/],
  ])('%s', (_what, body, mirrored, what, action) => {
    const news = parseEvent(body, { id: 'msg_1', receivedAt: 0 }, mirrored)
    if (news.kind !== 'none') throw new Error('This event is used.')
    const explained = explainEvent({ type: news.event.type, outcome: news.outcome, reason: news.reason })
    expect(explained.what).toMatch(what)
    if (action) expect(explained.action).toMatch(action)
    else expect(explained.action).toBeNull()
  })
})

it.each<[Parameters<typeof explainEvent>[0], RegExp]>([
  [{ type: 'user.updated', outcome: 'applied', reason: null }, /in the copy/],
  [{ type: 'user.updated', outcome: 'stale', reason: 'older than what is stored' }, /older than what the copy/],
  [{ type: 'user.updated', outcome: 'stale', reason: 'the user was deleted' }, /nothing brings the deleted back/],
  [{ type: 'user.updated', outcome: 'rejected', reason: 'NUXT_CLERK_SECRET_KEY belongs to the Clerk instance ins_1, but this database mirrors ins_2.' }, /ins_1/],
  [{ type: 'user.updated', outcome: 'failed', reason: 'failed: PostgresError 53300 at x' }, /no room.*53300/],
  [{ type: 'user.updated', outcome: 'failed', reason: 'failed: PostgresError 57P01 at x' }, /out of reach/],
  [{ type: 'user.updated', outcome: 'failed', reason: 'failed: Error CONNECTION_CLOSED at x' }, /out of reach/],
  [{ type: 'user.updated', outcome: 'failed', reason: 'failed: PostgresError 22P02 at x' }, /refused to write it \(22P02\)/],
  [{ type: null, outcome: 'failed', reason: 'failed: TypeError at x' }, /of ours failed/],
  [{ type: null, outcome: 'rejected', reason: null }, /could not be used/],
])('%j is explained', (event, what) => {
  expect(explainEvent(event).what).toMatch(what)
})
