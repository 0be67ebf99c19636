import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
let ada: string
let ben: string
let cleo: string

beforeAll(async () => {
  rollcall = await startRollcall()
  const { users } = rollcall.clerk
  ada = users.create({ firstName: 'Ada', username: 'ada', publicMetadata: { role: 'admin' } }).id
  ben = users.create({ firstName: 'Ben', username: 'ben' }).id
  cleo = users.create({ firstName: 'Cleo', username: 'cleo' }).id
  await rollcall.clerk.deliveries.idle()
})
afterAll(() => rollcall?.stop())

interface Answer { status: number, message?: string, data?: { editedAt: string | null }, id: string, body: string, editedAt: string | null, createdAt: string, mentions: { id: string }[] }

async function call(path: string, options: Parameters<Rollcall['request']>[1]): Promise<Answer> {
  const answer = await rollcall.request(path, options)
  return { ...await answer.json(), status: answer.status }
}
const write = (body: string, as = ben) => call('/api/posts', { as, json: { body } })
const edit = (id: string, body: unknown, editedAt: unknown = null, as: string | null = ben) => call(`/api/posts/${id}`, { as, method: 'PATCH', json: { body, editedAt } })
const mentioned = async (id: string) => (await rollcall.db.$client`select user_id from mentions where post_id = ${id} order by user_id`).map(row => row.user_id)
const stored = async (id: string) => (await rollcall.db.$client`select body, edited_at, to_jsonb(posts) as all from posts where id = ${id}`)[0]

it('other words take the place of a post\'s, with the time, and its mentions are settled anew', async () => {
  const post = await write('Hello @ada and @cleo')
  expect(post).toMatchObject({ status: 201, editedAt: null })
  expect(await mentioned(post.id)).toEqual([ada, cleo].sort())

  const edited = await edit(post.id, '  Hello @cleo,\r\nand @ben ')
  expect(edited).toMatchObject({ status: 200, id: post.id, body: `Hello <@${cleo}>,\nand <@${ben}>`, createdAt: post.createdAt, editedAt: expect.any(String) })
  expect(edited.mentions.map(({ id }) => id).sort()).toEqual([ben, cleo].sort())
  expect(await mentioned(post.id)).toEqual([ben, cleo].sort())
  expect(JSON.stringify((await stored(post.id))?.all)).not.toContain(ada)
  const { posts } = await (await rollcall.request('/api/posts')).json()
  expect(posts.find(({ id }: Answer) => id === post.id)).toMatchObject({ body: edited.body, editedAt: edited.editedAt })
})

it('everyone hears of the new words', async () => {
  const { id } = await write('Befor')
  const stream = await fetch(`${rollcall.app.url}/api/live`, { headers: { accept: 'text/event-stream' } })
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  const edited = await edit(id, 'Before, @ada')
  let heard = ''
  while (!heard.includes('"edit"')) heard += (await reader?.read())?.value ?? ''
  await reader?.cancel()
  const message = JSON.parse(/^data: (.*"edit".*)$/m.exec(heard)?.[1] ?? '')
  expect(message).toMatchObject({ type: 'posts', posts: [{ id, edit: { body: `Before, <@${ada}>`, editedAt: edited.editedAt, mentions: [{ id: ada, name: 'Ada' }] } }] })
})

it('for 15 minutes by Postgres\'s clock, then never again', async () => {
  const { id } = await write('Late')
  const aged = (seconds: number) => rollcall.db.$client`update posts set created_at = now() - make_interval(secs => ${seconds}) where id = ${id}`
  await aged(15 * 60 - 5)
  const first = await edit(id, 'Just in time')
  expect(first.status).toBe(200)
  await aged(15 * 60 + 1)
  expect(await edit(id, 'Too late', first.editedAt)).toMatchObject({ status: 403, message: 'A post can be edited for 15 minutes. This one is older.' })
  expect(await stored(id)).toMatchObject({ body: 'Just in time' })
})

it('an edit of an older version is refused with the newest one\'s time, and goes through with that', async () => {
  const { id } = await write('One')
  const two = await edit(id, 'Two')
  const refused = await edit(id, 'Three')
  expect(refused).toMatchObject({ status: 409, message: expect.stringContaining('Save again'), data: { editedAt: two.editedAt } })
  expect(await stored(id)).toMatchObject({ body: 'Two' })
  const three = await edit(id, 'Three', refused.data?.editedAt)
  expect(three).toMatchObject({ status: 200, body: 'Three' })
  expect(Date.parse(three.editedAt ?? '')).toBeGreaterThan(Date.parse(two.editedAt ?? ''))
  // The answer may have been lost: the same again is no conflict, and writes nothing.
  expect(await edit(id, 'Three', two.editedAt)).toMatchObject({ status: 200, editedAt: three.editedAt })
})

it('of edits that come at once one is written, and the others are refused', async () => {
  for (let round = 0; round < 5; round++) {
    const { id } = await write(`Race ${round}`)
    const answers = await Promise.all(['a @ada', 'b @cleo', 'c', 'd'].map(body => edit(id, body)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
    const [won] = answers.filter(({ status }) => status === 200)
    expect(await stored(id)).toMatchObject({ body: won?.body })
    expect(await mentioned(id)).toEqual(won?.mentions.map(one => one.id))
  }
})

it('an edit and a delete that come at once leave a deleted post', async () => {
  for (let round = 0; round < 5; round++) {
    const { id } = await write(`Gone ${round}`)
    const [edited, removed] = await Promise.all([edit(id, 'Edited'), rollcall.request(`/api/posts/${id}`, { as: ben, method: 'DELETE' })])
    expect([200, 404]).toContain(edited.status)
    expect(removed.status).toBe(204)
    expect((await stored(id))?.all).toMatchObject({ deleted_by: ben })
  }
})

it.each<[string, number, () => Promise<Answer>]>([
  ['a guest', 401, async () => edit((await write('x')).id, 'y', null, null)],
  ['someone else', 403, async () => edit((await write('x')).id, 'y', null, cleo)],
  ['an admin who is not the author', 403, async () => edit((await write('x')).id, 'y', null, ada)],
  ['of a post that never was', 404, () => edit('01900000-0000-7000-8000-000000000000', 'y')],
  ['of what is no post', 400, () => edit('nothing', 'y')],
  ['without words', 400, async () => edit((await write('x')).id, '  ')],
  ['with too many', 400, async () => edit((await write('x')).id, 'x'.repeat(501))],
  ['of no version', 400, async () => edit((await write('x')).id, 'y', 'yesterday')],
])('an edit by or %s is %i and changes nothing', async (_who, status, attempt) => {
  const before = await rollcall.db.$client`select id, body from posts where edited_at is not null order by id`
  const answer = await attempt()
  expect(answer.status).toBe(status)
  expect(answer.message).toMatch(/\w/)
  expect(await rollcall.db.$client`select id, body from posts where edited_at is not null order by id`).toEqual(before)
})

it('not while an admin hides it, and mentions nobody who blocked its author', async () => {
  const { id } = await write('Befor')
  await rollcall.db.$client`update posts set hidden_at = now() where id = ${id}`
  expect(await edit(id, 'Before')).toMatchObject({ status: 403, message: 'An admin hid this post, so it cannot be edited.' })
  await rollcall.db.$client`update posts set hidden_at = null where id = ${id}`

  await rollcall.request(`/api/me/restrictions/${ben}`, { as: cleo, method: 'PUT', json: { kind: 'block' } })
  expect(await edit(id, 'Before @cleo and @ada')).toMatchObject({ status: 200, body: `Before @cleo and <@${ada}>` })
  expect(await mentioned(id)).toEqual([ada])
  await rollcall.request(`/api/me/restrictions/${ben}`, { as: cleo, method: 'DELETE' })
})

it('not once it is deleted or erased, nor while its author is banned', async () => {
  const { id } = await write('Mine')
  await rollcall.request(`/api/posts/${id}`, { as: ben, method: 'DELETE' })
  expect(await edit(id, 'Still mine')).toMatchObject({ status: 404, message: expect.stringContaining('deleted') })
  await rollcall.db.$client`update posts set body = null where id = ${id}`
  expect((await edit(id, 'Still mine')).status).toBe(404)

  const other = await write('Of someone banned', cleo)
  rollcall.clerk.users.setBanned(cleo, true)
  await rollcall.clerk.deliveries.idle()
  expect(await edit(other.id, 'Still mine', null, cleo)).toMatchObject({ status: 403, message: expect.stringContaining('banned') })
  expect(await stored(other.id)).toMatchObject({ body: 'Of someone banned', edited_at: null })
})
