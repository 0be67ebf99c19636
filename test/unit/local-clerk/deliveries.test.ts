import { verifyWebhook } from '@clerk/backend/webhooks'
import { describe, expect, it } from 'vitest'
import { attemptsInAll, delayAfter } from '#local-clerk/deliveries/schedule.ts'
import { header, start, startEndpoint, svixHeaders, verifyByHand } from './helpers.ts'

describe('a delivery', () => {
  it('is signed as Svix\'s manual and Clerk\'s verifyWebhook expect', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    const user = clerk.users.create({ firstName: 'Ann', email: 'ann@example.com' })
    await clerk.deliveries.idle()

    const [received] = endpoint.received
    const headers = svixHeaders(received)
    expect(() => verifyByHand(clerk.webhookSecret, received)).not.toThrow()
    expect(JSON.parse(received?.body ?? '')).toMatchObject({
      object: 'event',
      type: 'user.created',
      timestamp: user.updatedAt,
      instance_id: clerk.instanceId,
      data: { id: user.id, updated_at: user.updatedAt, first_name: 'Ann', has_image: false },
    })
    const request = new Request(endpoint.url, { method: 'POST', headers, body: received?.body })
    await expect(verifyWebhook(request, { signingSecret: clerk.webhookSecret })).resolves.toMatchObject({ type: 'user.created' })
    expect(headers['svix-id']).toMatch(/^msg_[0-9A-Za-z]{27}$/)
    expect(clerk.instanceId).toMatch(/^ins_[0-9A-Za-z]{27}$/)
  })

  it('moves updated_at forward with every change, and a delete comes later than all of them', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url }, now: () => 1_700_000_000_000 })
    const user = clerk.users.create({ firstName: 'Ann' })
    clerk.users.update(user.id, { firstName: 'Bea' })
    clerk.users.setBanned(user.id, true)
    clerk.users.delete(user.id)
    await clerk.deliveries.idle()

    const bodies = clerk.deliveries.list().reverse().map(delivery => JSON.parse(delivery.body))
    expect(bodies.map(body => body.type)).toEqual(['user.created', 'user.updated', 'user.updated', 'user.deleted'])
    expect(bodies.map(body => body.timestamp - bodies[0].timestamp)).toEqual([0, 1, 2, 3])
    expect(bodies[3].data).toEqual({ object: 'user', id: user.id, deleted: true })
  })

  it.each([302, 400, 500])('is tried again after %i, with the same id', async (status) => {
    const endpoint = await startEndpoint([status, status, 200])
    const clerk = await start({ webhook: { url: endpoint.url } })
    clerk.users.create({ firstName: 'Ann' })
    await clerk.deliveries.settled()

    const [delivery] = clerk.deliveries.list()
    expect(delivery?.state).toBe('succeeded')
    expect(delivery?.attempts.map(attempt => attempt.status)).toEqual([status, status, 200])
    expect(delivery?.attempts[0]?.answer).toBe(`answer ${status}`)
    expect(new Set(endpoint.received.map(each => header(each, 'svix-id'))).size).toBe(1)
  })

  it('is given up after the last of Svix\'s attempts', async () => {
    const endpoint = await startEndpoint([500])
    const clerk = await start({ webhook: { url: endpoint.url } })
    clerk.users.create({ firstName: 'Ann' })
    await clerk.deliveries.settled()
    expect(clerk.deliveries.list()[0]).toMatchObject({ state: 'failed', nextAttemptAt: null })
    expect(endpoint.received).toHaveLength(attemptsInAll)
  })

  it('waits as Svix documents', () => {
    const waits = Array.from({ length: attemptsInAll }, (_, index) => delayAfter(index + 1, { scale: 1, random: 0.5 }))
    expect(waits.map(wait => wait === null ? null : wait / 1000)).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 36_000, null])
    expect(delayAfter(1, { scale: 0.01, random: 0.5 })).toBe(50)
    expect([0, 1].map(random => delayAfter(2, { scale: 1, random }))).toEqual([240_000, 360_000])
    expect(delayAfter(1, { scale: 1, random: 0.5, overloaded: true })).toBe(60_000)
    expect(delayAfter(1, { scale: 0.5, random: 0, retryAfter: 30_000 })).toBe(15_000)
    expect(delayAfter(2, { scale: 1, random: 0.5, retryAfter: 30_000 })).toBe(300_000)
  })

  it.each([
    ['waits a minute at least after a 429', 429, {}, 60_000],
    ['waits as long as Retry-After says', 503, { 'retry-after': '90' }, 90_000],
    ['waits until the time that Retry-After says', 503, { 'retry-after': new Date(1_700_000_040_000).toUTCString() }, 40_000],
    ['waits no less for a short Retry-After', 500, { 'retry-after': '1' }, 5_000],
  ])('%s', async (_what, status, headers, wait) => {
    const endpoint = await startEndpoint([status], headers)
    const clerk = await start({ webhook: { url: endpoint.url }, retryScale: 1, random: () => 0.5, now: () => 1_700_000_000_000 })
    clerk.users.create({ firstName: 'Ann' })
    await clerk.deliveries.idle()
    expect(clerk.deliveries.list()[0]?.nextAttemptAt).toBe(1_700_000_000_000 + wait)
  })

  it('is tried once when it is sent again', async () => {
    const endpoint = await startEndpoint([200, 500])
    const clerk = await start({ webhook: { url: endpoint.url } })
    clerk.users.create({ firstName: 'Ann' })
    await clerk.deliveries.idle()
    clerk.deliveries.replay(clerk.deliveries.list()[0]?.id ?? '')
    await clerk.deliveries.settled()
    expect(endpoint.received).toHaveLength(2)
    expect(clerk.deliveries.list()[0]?.state).toBe('failed')
  })

  it('is no longer sent to an endpoint that has failed for five days, until its address is set again', async () => {
    const endpoint = await startEndpoint([...Array.from({ length: 17 }, () => 500), 200])
    let now = 1_700_000_000_000
    const scale = 0.000_001
    const clerk = await start({ webhook: { url: endpoint.url }, retryScale: scale, now: () => now, random: () => 0 })
    const giveUp = async () => {
      const { id } = clerk.users.create({ firstName: 'Ann' })
      for (let attempt = 1; attempt <= attemptsInAll; attempt += 1) {
        now += 40
        clerk.deliveries.resume()
        await clerk.deliveries.idle()
      }
      return id
    }
    await giveUp()
    now += 5 * 24 * 60 * 60 * 1000 * scale
    await giveUp()
    expect(clerk.deliveries.list().map(delivery => delivery.state)).toEqual(['failed', 'failed'])
    clerk.users.create({ firstName: 'Bea' })
    expect(clerk.deliveries.list()[0]?.state).toBe('not sent')
    clerk.setWebhookUrl(endpoint.url)
    clerk.users.create({ firstName: 'Cid' })
    expect(clerk.deliveries.list()[0]?.state).toBe('waiting')
  })

  it('says what happened when nobody answers', async () => {
    const clerk = await start({ webhook: { url: 'http://localhost:9/api/webhooks' }, retryScale: 1 })
    clerk.users.create({ firstName: 'Ann' })
    await clerk.deliveries.idle()
    expect(clerk.deliveries.list()[0]).toMatchObject({ state: 'waiting', nextAttemptNumber: 2 })
    expect(clerk.deliveries.list()[0]?.attempts[0]).toMatchObject({ status: null })
    expect(clerk.deliveries.list()[0]?.attempts[0]?.answer).toMatch(/^No answer: /)
  })

  it('is replayed with the same svix-id', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    clerk.users.create({ firstName: 'Ann' })
    await clerk.deliveries.idle()
    clerk.deliveries.replay(clerk.deliveries.list()[0]?.id ?? '')
    await clerk.deliveries.idle()
    expect(endpoint.received).toHaveLength(2)
    expect(endpoint.received[0]?.body).toBe(endpoint.received[1]?.body)
    expect(header(endpoint.received[0], 'svix-id')).toBe(header(endpoint.received[1], 'svix-id'))
    expect(clerk.deliveries.list()[0]?.attempts[1]?.cause).toBe('replay')
  })

  it('waits while deliveries are paused', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    clerk.deliveries.pause()
    clerk.users.create({ firstName: 'Ann' })
    await clerk.deliveries.idle()
    expect(endpoint.received).toHaveLength(0)
    clerk.deliveries.resume()
    await clerk.deliveries.idle()
    expect(endpoint.received).toHaveLength(1)
  })

  it('is Clerk\'s documented sample when an example is sent', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    clerk.deliveries.sendExample('user.created')
    await clerk.deliveries.idle()
    const body = JSON.parse(endpoint.received[0]?.body ?? '{}')
    expect(body).toMatchObject({ instance_id: 'ins_123', data: { id: 'user_29w83sxmDNGwOuEthce5gg56FcC' } })
    expect(body.data).not.toHaveProperty('has_image')
    expect(body.data).not.toHaveProperty('banned')
    expect(() => clerk.deliveries.sendExample('sms.created')).toThrow(/example/)
  })

  it('is signed by the old and the new secret while both are valid', async () => {
    const endpoint = await startEndpoint()
    const clerk = await start({ webhook: { url: endpoint.url } })
    const old = clerk.webhookSecret
    clerk.deliveries.rotateSecret({ keepOld: true })
    clerk.users.create({ firstName: 'Ann' })
    await clerk.deliveries.idle()
    const [first] = endpoint.received
    for (const secret of [old, clerk.webhookSecret]) {
      expect(() => verifyByHand(secret, first)).not.toThrow()
    }
    clerk.deliveries.rotateSecret()
    clerk.users.create({ firstName: 'Bea' })
    await clerk.deliveries.idle()
    expect(() => verifyByHand(old, endpoint.received[1])).toThrow()
  })
})
