import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
let ada: string
let ben: string

beforeAll(async () => {
  rollcall = await startRollcall()
  ada = rollcall.clerk.users.create({ firstName: 'Ada', lastName: 'Lind', username: 'ada', email: 'countess@example.com' }).id
  ben = rollcall.clerk.users.create({ firstName: 'Ben' }).id
  for (const [firstName, lastName] of [['Zoë', 'O\'Brien'], ['Łukasz', 'Żak'], ['민준', '김'], ['Ёлка', 'Иванова'], ['José', 'de la Cruz']]) rollcall.clerk.users.create({ firstName, lastName })
  await rollcall.clerk.deliveries.settled()
})
afterAll(() => rollcall?.stop())

async function write(body: string, as = ben) {
  const answer = await rollcall.request('/api/posts', { as, json: { body } })
  return { status: answer.status, post: await answer.json() }
}
const read = async (id: string) => (await (await rollcall.request(`/api/posts/${id}`)).json()).post

describe('a mention', () => {
  it('is stored by user id, whether it was written by id or by user name', async () => {
    const { status, post } = await write(`Hi <@${ada}>, hi @ADA. And @nobody, <@user_nobody>, x@ada.com`)
    expect(status).toBe(201)
    expect(post.body).toBe(`Hi <@${ada}>, hi <@${ada}>. And @nobody, @user_nobody, x@ada.com`)
    expect(post.mentions).toEqual([{ id: ada, name: 'Ada Lind', username: 'ada', imageUrl: null, status: 'here' }])
  })

  it('names the person as they are called now, and nobody once they are deleted', async () => {
    const cleo = rollcall.clerk.users.create({ firstName: 'Cleo', username: 'cleo' }).id
    await rollcall.clerk.deliveries.settled()
    const { post } = await write('Hi @cleo')
    rollcall.clerk.users.update(cleo, { firstName: 'Cleopatra', username: 'queen' })
    await rollcall.clerk.deliveries.settled()
    expect((await read(post.id)).mentions).toMatchObject([{ id: cleo, name: 'Cleopatra', username: 'queen' }])

    rollcall.clerk.users.delete(cleo)
    await rollcall.clerk.deliveries.settled()
    expect(await read(post.id)).toMatchObject({ body: `Hi <@${cleo}>`, mentions: [{ id: cleo, name: 'deleted user', username: null, status: 'gone' }] })
  })

  it('counts as one character, and 20 people fit into a post', async () => {
    expect((await write(`<@${ada}>${'x'.repeat(499)}`)).status).toBe(201)
    expect((await write(`<@${ada}>${'x'.repeat(500)}`)).status).toBe(400)
    const many = (count: number) => Array.from({ length: count }, (_, n) => `<@user_${n}>`).join('')
    expect((await write(many(20))).status).toBe(201)
    expect(await write(many(21))).toMatchObject({ status: 400, post: { message: 'A post mentions 20 people at most.' } })
  })

  it('by user name stays text where its id would not fit', async () => {
    const body = `@ada ${'e'.repeat(400)}e${'\u0301'.repeat(3_790)}`
    expect(new TextEncoder().encode(body).length).toBe(7_986)
    const { status, post } = await write(body)
    expect(status).toBe(201)
    expect(post).toMatchObject({ body, mentions: [] })
  })
})

describe('people are found', () => {
  const find = async (q: string) => (await (await rollcall.request(`/api/users?${new URLSearchParams({ q })}`, { as: ben })).json()).users.map(({ name }: { name: string }) => name)

  it.each([
    ['ad', ['Ada Lind']], ['AD li', ['Ada Lind']], ['lind', ['Ada Lind']], ['zoe', ['Zoë O\'Brien']], ['obr', ['Zoë O\'Brien']], ['Zoë o\'b', ['Zoë O\'Brien']],
    ['lukasz zak', ['Łukasz Żak']], ['Łu', ['Łukasz Żak']], ['민', ['김민준']], ['김민준', ['김민준']], ['ЁЛ', ['Ёлка Иванова']], ['cruz', ['José de la Cruz']], ['jose', ['José de la Cruz']],
    ['da', []], ['countess', []], ['example', []], ['...', []], ['\'', []], ['& | ! <-> :*', []], ['\\', []],
  ])('by %j', async (q, names) => {
    expect(await find(q)).toEqual(names)
  })

  it('by those who are signed in, and never by an e-mail or with one', async () => {
    expect((await rollcall.request('/api/users?q=ada')).status).toBe(401)
    const text = await (await rollcall.request('/api/users', { as: ben })).text()
    expect(text).toContain('Ada Lind')
    expect(text).not.toContain('countess')
  })

  it('page by page, each once, newest first or by name', async () => {
    for (let n = 0; n < 7; n++) rollcall.clerk.users.create({ firstName: 'Quentin', lastName: `Q${n}`, username: `q${n}` })
    await rollcall.clerk.deliveries.settled()
    const walk = async (q: string) => {
      const names: string[] = []
      let cursor: string | null = null
      do {
        const page: { users: { name: string }[], nextCursor: string | null } = await (await rollcall.request(`/api/users?${new URLSearchParams({ q, limit: '3', ...cursor ? { cursor } : {} })}`, { as: ben })).json()
        names.push(...page.users.map(({ name }) => name))
        cursor = page.nextCursor
      } while (cursor)
      return names
    }
    expect(await walk('quen')).toEqual(Array.from({ length: 7 }, (_, n) => `Quentin Q${n}`))
    const all = await walk('')
    expect(all[0]).toMatch(/^Quentin/)
    expect(new Set(all).size).toBe(all.length)
    expect(all).toContain('Ben')
    expect((await rollcall.request(`/api/users?cursor=${btoa('["x","y"]')}`, { as: ben })).status).toBe(400)
  })
})
