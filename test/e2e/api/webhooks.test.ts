import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DeliveryOptions } from '#scripts/lib/delivery.ts'
import { deliver, fixture } from '#scripts/lib/delivery.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

const secret = `whsec_${Buffer.from('the first secret of two').toString('base64')}`
const second = `whsec_${Buffer.from('the other secret of two').toString('base64')}`

let rollcall: Rollcall
beforeAll(async () => {
  rollcall = await startRollcall({ env: { NUXT_CLERK_WEBHOOK_SIGNING_SECRET: `${secret}, ${second}` } })
})
afterAll(() => rollcall?.stop())
beforeEach(async () => {
  await rollcall.db.$client`truncate users, webhook_events cascade`
})

interface Change { data?: Record<string, unknown>, timestamp?: number, instance?: string }

const bodyOf = (type: string, { data, timestamp, instance = rollcall.clerk.instanceId }: Change = {}) => {
  const event = fixture(type)
  return JSON.stringify({ ...event, data: { ...event.data, ...data }, timestamp: timestamp ?? event.timestamp, instance_id: instance })
}
const send = (body: string, options: DeliveryOptions & { secret?: string } = {}) => deliver(rollcall.app.url, options.secret ?? secret, body, options)

const users = () => rollcall.db.$client`select * from users order by id`
const events = () => rollcall.db.$client`select id, type, user_id, outcome, reason, details, deliveries from webhook_events order by first_received_at, id`

describe('a signed event', () => {
  it('user.created becomes a row, with the primary e-mail and not the first', async () => {
    const answer = await send(bodyOf('user.created'))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ outcome: 'applied' })
    expect(await users()).toMatchObject([{
      id: 'user_2a3B4c5D6e7F8g9H0i1J2k3L4m6',
      username: 'example',
      name: 'Example Example',
      email: 'example@example.org',
      image_url: 'https://img.clerk.com/xxxxxx',
      banned: false,
      deleted_at: null,
      synced_by: 'webhook',
    }])
    expect(await events()).toMatchObject([{ type: 'user.created', outcome: 'applied', deliveries: 1, reason: null }])
  })

  it('user.updated changes the row, and a picture that Clerk drew itself is none', async () => {
    await send(bodyOf('user.created'))
    expect((await send(bodyOf('user.updated'))).status).toBe(200)
    expect(await users()).toMatchObject([{ first_name: 'Renamed', image_url: null }])
  })

  it('user.deleted leaves a tombstone, empty of everything personal', async () => {
    await send(bodyOf('user.created'))
    await rollcall.db.$client`insert into profiles (user_id, bio) values ('user_2a3B4c5D6e7F8g9H0i1J2k3L4m6', 'hello')`
    expect((await send(bodyOf('user.deleted'))).status).toBe(200)
    const [row] = await users()
    expect(row?.deleted_at).not.toBeNull()
    for (const column of ['username', 'first_name', 'last_name', 'name', 'image_url', 'email', 'last_sign_in_at', 'clerk_created_at', 'clerk_updated_at']) {
      expect(row?.[column], column).toBeNull()
    }
    expect(await rollcall.db.$client`select * from profiles`).toHaveLength(0)
  })

  it('session.created refreshes the user inside it', async () => {
    await send(bodyOf('user.created'))
    expect(await (await send(bodyOf('session.created'))).json()).toEqual({ outcome: 'applied' })
    const [row] = await users()
    expect(new Date(String(row?.last_sign_in_at)).getTime()).toBe(1_654_012_700_000)
  })

  it('of any other type is acknowledged and logged', async () => {
    const body = JSON.stringify({ ...fixture('user.created'), type: 'organization.created', instance_id: rollcall.clerk.instanceId })
    expect(await (await send(body)).json()).toEqual({ outcome: 'ignored' })
    expect(await users()).toHaveLength(0)
    expect(await events()).toMatchObject([{ type: 'organization.created', outcome: 'ignored' }])
  })
})

describe('order', () => {
  it('an older event does not overwrite a newer one', async () => {
    await send(bodyOf('user.updated'))
    expect(await (await send(bodyOf('user.created'))).json()).toEqual({ outcome: 'stale' })
    expect(await users()).toMatchObject([{ first_name: 'Renamed' }])
  })

  it('with the same updated_at the later envelope wins, in either order', async () => {
    const [first, later] = [bodyOf('user.updated', { data: { first_name: 'First' } }), bodyOf('user.updated', { data: { first_name: 'Later' }, timestamp: 1_654_012_824_307 })]
    await send(later)
    await send(first)
    expect(await users()).toMatchObject([{ first_name: 'Later' }])
  })

  it.each(['user.created', 'user.updated', 'session.created'])('nothing brings the deleted back: %s after the delete', async (type) => {
    await send(bodyOf('user.deleted'))
    const later = Date.now() + 60_000
    expect(await (await send(bodyOf(type, { data: type === 'session.created' ? {} : { updated_at: later }, timestamp: later }))).json()).toEqual({ outcome: 'stale' })
    expect(await users()).toMatchObject([{ first_name: null, email: null }])
  })

  it('a redelivery counts, changes nothing, and stays applied', async () => {
    const body = bodyOf('user.created')
    await send(body, { id: 'msg_once' })
    await send(bodyOf('user.updated'))
    const before = await users()
    expect(await (await send(body, { id: 'msg_once' })).json()).toEqual({ outcome: 'applied' })
    expect(await users()).toEqual(before)
    expect(await rollcall.db.$client`select deliveries, outcome from webhook_events where id = 'msg_once'`).toMatchObject([{ deliveries: 2, outcome: 'applied' }])
  })
})

describe('what is refused', () => {
  const forged: [string, string, () => Promise<Response>][] = [
    ['a signature that does not fit', 'signature', () => send(bodyOf('user.created'), { signature: 'v1,bm90IGEgc2lnbmF0dXJl' })],
    ['a signature of another secret', 'signature', () => send(bodyOf('user.created'), { secret: `whsec_${Buffer.from('not a secret of ours').toString('base64')}` })],
    ['no signature at all', 'headers', () => fetch(`${rollcall.app.url}/api/webhooks`, { method: 'POST', body: bodyOf('user.created') })],
    ['an attempt of 6 minutes ago', 'time', () => send(bodyOf('user.created'), { at: new Date(Date.now() - 360_000) })],
    ['an attempt of 6 minutes ahead', 'time', () => send(bodyOf('user.created'), { at: new Date(Date.now() + 360_000) })],
  ]
  it.each(forged)('%s is 400 for its %s, and nothing is written', async (_what, reason, attempt) => {
    const answer = await attempt()
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ data: { outcome: 'refused', reason } })
    expect(await users()).toHaveLength(0)
    expect(await events()).toHaveLength(0)
  })

  it.each([
    ['no id', { id: undefined }, 'data.id'],
    ['a NUL in a name', { first_name: 'a\0b' }, 'data.first_name'],
    ['no updated_at', { updated_at: undefined }, 'data.updated_at'],
    ['a name that is a number', { first_name: 5 }, 'data.first_name'],
  ])('a signed event with %s is 422 and logged with the reason, never the value', async (_what, data, path) => {
    const answer = await send(bodyOf('user.created', { data }))
    expect(answer.status).toBe(422)
    expect(await users()).toHaveLength(0)
    const [event] = await events()
    expect(event).toMatchObject({ outcome: 'rejected', reason: 'unusable-user', details: { path } })
    expect(JSON.stringify(event)).not.toContain('\\u0000')
  })

  it.each([
    ['a change', { data: { updated_at: Date.now() + 3_600_000 } }, 'data.updated_at'],
    ['an envelope', { timestamp: Date.now() + 3_600_000 }, 'timestamp'],
    ['a change of the year 2099', { data: { updated_at: 4_070_908_800_000, first_name: 'Wrong' } }, 'data.updated_at'],
  ])('%s dated more than 5 minutes ahead is 422 and freezes nothing: the true one applies', async (_what, change, path) => {
    expect((await send(bodyOf('user.updated', change))).status).toBe(422)
    expect(await events()).toMatchObject([{ outcome: 'rejected', reason: 'future', details: { path } }])
    expect(await users()).toHaveLength(0)
    expect(await (await send(bodyOf('user.updated'))).json()).toEqual({ outcome: 'applied' })
  })

  it('a delete dated ahead is 422 as well', async () => {
    expect((await send(bodyOf('user.deleted', { timestamp: Date.now() + 3_600_000 }))).status).toBe(422)
  })

  it('a change dated a little ahead, as by a clock that is off, is taken', async () => {
    expect((await send(bodyOf('user.updated', { data: { updated_at: Date.now() + 240_000 } }))).status).toBe(200)
  })

  it('an event of another instance is 422', async () => {
    expect((await send(bodyOf('user.created', { instance: 'ins_000000000000000000000000000' }))).status).toBe(422)
    expect(await users()).toHaveLength(0)
  })

  it.each([
    ['of the documentation', { instance: 'ins_123' }],
    ['of the OpenAPI file, with a time in seconds', { instance: 'ins_2g7np7Hrk0SN6kj5EDMLDaKNL0S', data: { id: 'user_2g7np7Hrk0SN6kj5EDMLDaKNL0S', first_name: 'John' }, timestamp: 1_716_883_200 }],
  ])('the sample %s is acknowledged and not written', async (_where, sample) => {
    const answer = await send(bodyOf('user.created', sample))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ outcome: 'ignored' })
    expect(await users()).toHaveLength(0)
    expect(await events()).toMatchObject([{ reason: 'sample' }])
  })

  it('a body over 1 MiB is 413', async () => {
    expect((await send(bodyOf('user.created', { data: { bulk: 'x'.repeat(1024 * 1024) } }))).status).toBe(413)
  })

  it('anything but POST is 405, as JSON', async () => {
    const answer = await fetch(`${rollcall.app.url}/api/webhooks`)
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
    expect(await answer.json()).toMatchObject({ statusCode: 405 })
  })
})

it('a rotation loses nothing: signed by the old secret, by both for the time between, by the new one', async () => {
  const unknown = `whsec_${Buffer.from('a secret of someone else').toString('base64')}`
  const attempts = [[secret], [second, secret], [unknown, secret], [second, unknown], [second]]
  for (const [index, secrets] of attempts.entries()) {
    const [body, id, at] = [bodyOf('user.updated', { data: { id: `user_${index}` } }), `msg_rotation_${index}`, new Date()]
    const signature = secrets.map(one => new Webhook(one).sign(id, at, body)).join(' ')
    expect((await send(body, { id, at, signature })).status).toBe(200)
  }
  expect((await send(bodyOf('user.updated'), { secret: unknown })).status).toBe(400)
  expect(await users()).toHaveLength(attempts.length)
})

it('one poison event in a burst fails alone', async () => {
  const bodies = Array.from({ length: 60 }, (_, index) => bodyOf('user.created', { data: { id: `user_${index}`, first_name: index === 30 ? 'a\0b' : `N${index}` } }))
  const answers = await Promise.all(bodies.map(body => send(body)))
  expect(answers.filter(answer => answer.status === 200)).toHaveLength(59)
  expect(answers[30]?.status).toBe(422)
  expect(await users()).toHaveLength(59)
})
