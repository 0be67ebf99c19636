import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEvent } from '#server/sync/receive/parse.ts'
import { fixture, fixtureInstance } from '#scripts/lib/delivery.ts'

const delivery = { id: 'msg_1', receivedAt: 0 }
/** As the OpenAPI file of Clerk's events has it: an instance id of the right form, a time in seconds. */
const publishedExample = {
  object: 'event', type: 'user.created', instance_id: 'ins_2g7np7Hrk0SN6kj5EDMLDaKNL0S', timestamp: 1716883200,
  data: { object: 'user', id: 'user_2g7np7Hrk0SN6kj5EDMLDaKNL0S', first_name: 'John', last_name: 'Doe', private_metadata: null, updated_at: 1716883200 },
}

const parse = (event: unknown, instanceId: string | null = fixtureInstance) => parseEvent(JSON.stringify(event), delivery, instanceId)

describe('a body', () => {
  it.each(['user.created', 'user.updated', 'session.created'])('of %s is news of its user', (type) => {
    const event = fixture(type)
    expect(parse(event)).toMatchObject({
      kind: 'user',
      user: { id: 'user_2a3B4c5D6e7F8g9H0i1J2k3L4m6', email: 'example@example.org' },
      event: { ...delivery, type, userId: 'user_2a3B4c5D6e7F8g9H0i1J2k3L4m6', occurredAt: new Date(event.timestamp).toISOString() },
    })
  })

  it('of user.deleted is a delete', () => {
    expect(parse(fixture('user.deleted'))).toMatchObject({ kind: 'delete', userId: 'user_2a3B4c5D6e7F8g9H0i1J2k3L4m6' })
  })

  it.each([
    ['a session without a user', { ...fixture('session.created'), data: { user_id: 'user_1' } }, 'no-user'],
    ['a session whose user is not usable', { ...fixture('session.created'), data: { user_id: 'user_1', user: { id: 'user_1' } } }, 'no-user'],
    ['a type of no use here', { ...fixture('user.created'), type: 'email.created' }, 'unused-type'],
    ['the dashboard\'s sample', { ...fixture('user.created'), instance_id: 'ins_123' }, 'sample'],
    ['an example of Clerk\'s OpenAPI file', publishedExample, 'sample'],
    ['a user of Clerk\'s documentation', { ...fixture('user.created'), data: { ...fixture('user.created').data, id: 'user_29w83sxmDNGwOuEthce5gg56FcC' } }, 'sample'],
    ['a delete of a user of Clerk\'s OpenAPI file', { ...fixture('user.deleted'), data: { id: 'user_2g7np7Hrk0SN6kj5EDMLDaKNL0S', deleted: true } }, 'sample'],
  ])('of %s is ignored', (_what, event, reason) => {
    expect(parse(event)).toMatchObject({ kind: 'none', outcome: 'ignored', reason })
  })

  it.each([
    ['null', null], ['a number', 5], ['a list', []], ['no data', { ...fixture('user.created'), data: undefined }],
    ['no timestamp', { ...fixture('user.created'), timestamp: undefined }], ['a timestamp that is no number', { ...fixture('user.created'), timestamp: '1' }],
    ['a timestamp in seconds', { ...fixture('user.created'), timestamp: 1716883200 }],
    ['a timestamp past the year 9999', { ...fixture('user.created'), timestamp: 1e15 }], ['no instance', { ...fixture('user.created'), instance_id: undefined }],
    ['an id of another form', { ...fixture('user.deleted'), data: { id: 'user 1' } }], ['a NUL in the type', { ...fixture('user.created'), type: 'user.\0' }],
  ])('of %s is rejected', (_what, event) => {
    expect(parse(event)).toMatchObject({ kind: 'none', outcome: 'rejected' })
  })

  it('that is not JSON is rejected', () => {
    expect(parseEvent('{', delivery, null)).toMatchObject({ kind: 'none', outcome: 'rejected', reason: 'not-json' })
  })

  it('of another instance is rejected, and of any real one taken while ours is not known', () => {
    const event = { ...fixture('user.created'), instance_id: 'ins_000000000000000000000000000' }
    expect(parse(event)).toMatchObject({ kind: 'none', outcome: 'rejected' })
    expect(parse(event, null)).toMatchObject({ kind: 'user' })
  })

  it('of anything at all does not throw, and what is rejected is never quoted', () => {
    fc.assert(fc.property(fc.json(), fc.constantFrom('user.created', 'user.updated', 'user.deleted', 'session.created', 'x'), (json, type) => {
      parseEvent(json, delivery, fixtureInstance)
      parseEvent(`{"type":"${type}","data":${json},"timestamp":1,"instance_id":"${fixtureInstance}"}`, delivery, fixtureInstance)
    }))
    const news = parse({ ...fixture('user.created'), data: { ...fixture('user.created').data, first_name: { secret: 'quoted' } } })
    expect(JSON.stringify(news)).not.toContain('quoted')
  })
})
