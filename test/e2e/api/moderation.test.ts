import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertPost } from '#db/queries/post-changes.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
beforeAll(async () => {
  rollcall = await startRollcall({ env: { RATE_LIMIT_FACTOR: '0' } })
})
afterAll(() => rollcall?.stop())

const join = async (...names: string[]) => {
  const ids = names.map(firstName => rollcall.clerk.users.create({ firstName, username: firstName.toLowerCase() }).id)
  await rollcall.clerk.deliveries.settled()
  return ids
}
const ask = async (as: string | null, method: string, path: string, json?: unknown) => {
  const answer = await rollcall.request(path, { as, method, json })
  return { status: answer.status, answer: answer.status === 204 ? null : await answer.json() }
}
const put = (as: string, id: string, kind: string) => ask(as, 'PUT', `/api/me/restrictions/${id}`, { kind })
const write = async (authorId: string, parentId: string | null = null) => {
  const id = uuidv7()
  await insertPost(rollcall.db, { id, authorId, parentId, body: 'Hello' })
  return id
}

describe('mutes and blocks', () => {
  it('are one\'s own, listed latest first, and can be undone', async () => {
    const [mia = '', otto = '', noor = ''] = await join('Mia1', 'Otto1', 'Noor1')
    expect(await put(mia, otto, 'mute')).toEqual({ status: 204, answer: null })
    expect(await put(mia, noor, 'block')).toMatchObject({ status: 204 })
    expect((await ask(mia, 'GET', '/api/me')).answer.hidden).toEqual({ [otto]: 'mute', [noor]: 'block' })
    expect((await ask(noor, 'GET', '/api/me')).answer.hidden).toEqual({ [mia]: 'blocked-by' })
    expect((await ask(otto, 'GET', '/api/me')).answer.hidden).toEqual({})

    // They may have joined in the same millisecond.
    const newcomers = async (as: string) => new Set((await ask(as, 'GET', '/api/users/recent')).answer.users.map((user: { id: string }) => user.id))
    expect(await newcomers(mia)).toEqual(new Set([mia]))
    expect(await newcomers(noor)).toEqual(new Set([noor, otto]))
    expect(await newcomers(otto)).toEqual(new Set([noor, otto, mia]))

    const first = await ask(mia, 'GET', '/api/me/restrictions?limit=1')
    expect(first.answer.restrictions).toMatchObject([{ kind: 'block', user: { id: noor, name: 'Noor1' }, since: expect.any(String) }])
    expect((await ask(mia, 'GET', `/api/me/restrictions?limit=1&cursor=${first.answer.nextCursor}`)).answer).toMatchObject({ restrictions: [{ kind: 'mute', user: { id: otto } }], nextCursor: null })
    expect((await ask(otto, 'GET', '/api/me/restrictions')).answer.restrictions).toEqual([])
    expect((await ask(mia, 'GET', '/api/me/restrictions?cursor=x')).status).toBe(400)

    expect(await ask(mia, 'DELETE', `/api/me/restrictions/${otto}`)).toMatchObject({ status: 204 })
    expect(await ask(mia, 'DELETE', `/api/me/restrictions/${otto}`)).toMatchObject({ status: 204 })
    expect((await ask(mia, 'GET', '/api/me')).answer.hidden).toEqual({ [noor]: 'block' })
  })

  it('need someone else who is here', async () => {
    const [mia = '', dora = ''] = await join('Mia2', 'Dora2')
    rollcall.clerk.users.delete(dora)
    await rollcall.clerk.deliveries.settled()
    expect(await put(mia, mia, 'block')).toMatchObject({ status: 400, answer: { message: 'You cannot block yourself.' } })
    for (const id of [dora, 'user_nobody']) expect((await put(mia, id, 'mute')).status).toBe(404)
    expect((await put(mia, 'not an id', 'mute')).status).toBe(400)
    expect(await put(mia, 'user_nobody', 'ignore')).toMatchObject({ status: 400, answer: { message: 'kind is one of mute, block.' } })
  })

  it('say when there are too many', async () => {
    const [mia = '', otto = ''] = await join('Mia3', 'Otto3')
    await rollcall.db.$client`insert into users (id, synced_at, synced_by) select 'user_' || n, now(), 'webhook' from generate_series(1, 1000) n`
    await rollcall.db.$client`insert into restrictions (user_id, other_id, kind) select ${mia}, 'user_' || n, 'mute' from generate_series(1, 1000) n`
    expect(await put(mia, otto, 'mute')).toMatchObject({ status: 409, answer: { message: expect.stringContaining('Unmute someone first') } })
    expect((await put(mia, otto, 'block')).status).toBe(204)
  })

  it('someone whose row has not come can mute too', async () => {
    const [otto = ''] = await join('Otto4')
    rollcall.clerk.deliveries.pause()
    const { id } = rollcall.clerk.users.create({ firstName: 'Mia4' })
    expect((await put(id, otto, 'mute')).status).toBe(204)
    rollcall.clerk.deliveries.resume()
    await rollcall.clerk.deliveries.settled()
  })
})

describe('a block', () => {
  it('ends likes, replies and mentions both ways, in words that accuse nobody', async () => {
    const [mia = '', otto = ''] = await join('Mia5', 'Otto5')
    const posts = { [mia]: await write(mia), [otto]: await write(otto) }
    await put(mia, otto, 'block')
    for (const [from, to] of [[mia, otto], [otto, mia]] as const) {
      expect(await ask(from, 'PUT', `/api/posts/${posts[to]}/like`)).toMatchObject({ status: 403, answer: { message: 'You cannot like this post.' } })
      expect(await ask(from, 'POST', '/api/posts', { body: 'Hi', parentId: posts[to] })).toMatchObject({ status: 403, answer: { message: 'You cannot reply to this post.' } })
      const name = to === mia ? 'mia5' : 'otto5'
      expect((await ask(from, 'POST', '/api/posts', { body: `Hi @${name}` })).answer).toMatchObject({ body: `Hi @${name}`, mentions: [] })
      expect((await ask(from, 'GET', `/api/users?q=${name}`)).answer.users).toEqual([])
      expect((await ask(from, 'GET', `/api/posts/${posts[to]}`)).status).toBe(404)
      expect((await ask(from, 'GET', `/api/posts?author=${to}`)).answer.posts).toEqual([])
      expect((await ask(from, 'GET', '/api/users/recent')).answer.users.map((user: { id: string }) => user.id)).not.toContain(to)
    }
    expect((await ask(mia, 'GET', `/api/users/${otto}`)).answer).toMatchObject({ restriction: 'block', blocksViewer: false })
    expect((await ask(otto, 'GET', `/api/users/${mia}`)).answer).toMatchObject({ restriction: null, blocksViewer: true })
    expect((await ask(null, 'GET', `/api/users/${mia}`)).answer).toMatchObject({ restriction: null, blocksViewer: false })

    await ask(mia, 'DELETE', `/api/me/restrictions/${otto}`)
    expect((await ask(otto, 'PUT', `/api/posts/${posts[mia]}/like`)).answer).toEqual({ likeCount: 1, likedByMe: true })
    // What was liked before can be unliked.
    await put(mia, otto, 'block')
    expect((await ask(otto, 'DELETE', `/api/posts/${posts[mia]}/like`)).answer).toEqual({ likeCount: 0, likedByMe: false })
  })
})

describe('a report', () => {
  const report = (as: string | null, json: object) => ask(as, 'POST', '/api/reports', json)
  const admin = () => rollcall.clerk.users.create({ firstName: 'Alma', publicMetadata: { role: 'admin' } }).id

  it('says what is wrong with it', async () => {
    const [mia = '', otto = ''] = await join('Mia6', 'Otto6')
    const post = await write(otto)
    const reason = 'spam'
    expect(await report(mia, { postId: post, reason, note: ' Again.\r\n ' })).toEqual({ status: 204, answer: null })
    for (const [wrong, message] of [
      [{ reason }, 'Give either a postId or a userId.'],
      [{ postId: post, userId: otto, reason }, 'Give either a postId or a userId.'],
      [{ postId: post, reason: 'taste' }, 'reason is one of spam'],
      [{ postId: post, reason, note: 'x'.repeat(501) }, 'A note has 500 characters at most.'],
      [{ userId: mia, reason }, 'You cannot report yourself.'],
    ] as const) expect(await report(mia, wrong)).toMatchObject({ status: 400, answer: { message: expect.stringContaining(message) } })
    expect((await report(mia, { postId: uuidv7(), reason })).status).toBe(404)
    expect((await report(null, { postId: post, reason })).status).toBe(401)
    // Whoever blocked someone can still report them.
    await put(mia, otto, 'block')
    expect((await report(mia, { userId: otto, reason, note: '' })).status).toBe(204)
  })

  it('comes to the admins, and what they decide is on record', async () => {
    const [mia = '', otto = ''] = await join('Mia7', 'Otto7')
    const alma = admin()
    await rollcall.clerk.deliveries.settled()
    const post = await write(otto)
    await report(mia, { postId: post, reason: 'hate', note: 'Look.' })
    const queue = (state: string) => ask(alma, 'GET', `/api/admin/reports?state=${state}&limit=1`)
    const { answer: { cases: [{ id, reports }] } } = await queue('open')
    expect(reports).toMatchObject([{ reporter: { id: mia, name: 'Mia7' }, reason: 'hate', note: 'Look.' }])
    const decide = (json: object, as = alma) => ask(as, 'POST', `/api/admin/reports/${id}/decisions`, json)
    expect((await decide({ action: 'hide' }, mia)).status).toBe(403)
    expect((await decide({ action: 'burn' })).status).toBe(400)
    expect(await decide({ action: 'hide', note: 'Yes.' })).toMatchObject({ status: 200, answer: { id, post: { hidden: true }, decidedAt: expect.any(String), decisions: [{ by: alma, byName: 'Alma', action: 'hide', note: 'Yes.' }] } })
    expect((await queue('decided')).answer.cases[0].id).toBe(id)
    expect((await ask(alma, 'GET', '/api/admin/reports?state=lost')).status).toBe(400)

    // Guests share what they see, and do not see it any more; its author is told.
    expect((await ask(null, 'GET', `/api/posts/${post}`)).status).toBe(404)
    expect((await ask(otto, 'GET', `/api/posts/${post}`)).answer.post).toMatchObject({ body: 'Hello', withheld: 'hidden' })
    expect((await ask(otto, 'POST', `/api/posts/${post}/restore`)).answer).toMatchObject({ withheld: 'hidden' })
    expect((await ask(otto, 'DELETE', `/api/posts/${post}`)).status).toBe(204)
    expect((await ask(otto, 'POST', `/api/posts/${post}/restore`)).answer).toMatchObject({ withheld: 'hidden' })
    expect((await ask(null, 'GET', `/api/posts/${post}`)).status).toBe(404)

    expect((await decide({ action: 'restore' })).answer.decisions).toHaveLength(2)
    expect((await ask(null, 'GET', `/api/posts/${post}`)).status).toBe(200)
    expect((await ask(alma, 'POST', `/api/admin/reports/${uuidv7()}/decisions`, { action: 'hide' })).status).toBe(404)
    await report(mia, { userId: otto, reason: 'spam' })
    const [person] = (await queue('open')).answer.cases
    expect(await ask(alma, 'POST', `/api/admin/reports/${person.id}/decisions`, { action: 'hide' })).toMatchObject({ status: 400, answer: { message: expect.stringContaining('Ban the person in Clerk') } })
  })
})
