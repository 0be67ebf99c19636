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
