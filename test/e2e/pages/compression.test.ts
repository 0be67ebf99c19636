import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { get } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'
import { seedPostsOnce } from '../support/seeded.ts'

let rollcall: Rollcall
beforeAll(async () => {
  rollcall = await startRollcall({ clerk: { seed: true } })
  await rollcall.clerk.deliveries.settled()
  await seedPostsOnce(rollcall.db)
})
afterAll(() => rollcall?.stop())

/** The answer as it is on the wire: `fetch` would unpack it. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number, encoding: string | undefined, vary: string, body: Buffer }>((done, fail) => {
    get(`${rollcall.app.url}${path}`, { method, headers: { accept: '*/*, text/html', ...headers } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () => done({ status: response.statusCode ?? 0, encoding: response.headers['content-encoding'], vary: response.headers.vary ?? '', body: Buffer.concat(chunks) }))
    }).once('error', fail)
  })
}

it.each(['/', '/api/posts'])('%s is sent small, in the best way that the reader takes', async (path) => {
  const plain = await ask(path)
  expect(plain.encoding).toBeUndefined()
  expect(plain.vary.toLowerCase()).toContain('accept-encoding')
  for (const [header, encoding, unpack] of [['gzip, deflate, br, zstd', 'br', brotliDecompressSync], ['gzip', 'gzip', gunzipSync], ['br;q=0, gzip', 'gzip', gunzipSync]] as const) {
    const packed = await ask(path, { 'accept-encoding': header })
    expect(packed).toMatchObject({ status: 200, encoding })
    expect(packed.vary.toLowerCase()).toContain('accept-encoding')
    expect(packed.body.length).toBeLessThan(plain.body.length / 2)
    expect(unpack(packed.body).toString().slice(0, 15)).toBe(plain.body.toString().slice(0, 15))
    if (path.startsWith('/api')) expect(unpack(packed.body).toString()).toBe(plain.body.toString())
  }
})

it('the page of an error is packed once, and read again', async () => {
  const packed = await ask('/nothing', { 'accept-encoding': 'br' })
  expect(packed).toMatchObject({ status: 404, encoding: 'br' })
  expect(brotliDecompressSync(packed.body).toString()).toContain('Page not found')
})

it('what is small, and what has no body, is left as it is', async () => {
  expect((await ask('/api/health', { 'accept-encoding': 'br' })).encoding).toBeUndefined()
  expect((await ask('/', { 'accept-encoding': 'br' }, 'HEAD')).body).toHaveLength(0)
})

it('a file comes as the build packed it', async () => {
  const [asset = ''] = /\/_nuxt\/[\w.-]+\.js/.exec((await ask('/')).body.toString()) ?? []
  const packed = await ask(asset, { 'accept-encoding': 'br' })
  expect(packed.encoding).toBe('br')
  expect(brotliDecompressSync(packed.body).length).toBeGreaterThan(packed.body.length)
})

it('a stream is sent as it comes', async () => {
  const opened = await rollcall.request('/api/live', { headers: { 'accept-encoding': 'br, gzip' } })
  expect(opened.headers.get('content-encoding')).toBeNull()
  const reader = opened.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('event: audience')
  await reader?.cancel()
})

it('a table for download is packed while it streams', async () => {
  const admin = rollcall.clerk.users.create({ publicMetadata: { role: 'admin' } }).id
  await rollcall.clerk.deliveries.settled()
  const table = await rollcall.request('/api/admin/users.csv', { as: admin, headers: { 'accept-encoding': 'gzip' } })
  expect(table.headers.get('content-encoding')).toBe('gzip')
  expect((await table.text()).split('\n').length).toBeGreaterThan(20)
})

it('a page that another site opened in a signed-in reader\'s name is not packed: its length would tell what is in it', async () => {
  const headers = { 'accept-encoding': 'br', 'sec-fetch-site': 'cross-site' }
  expect((await ask('/', headers)).encoding).toBe('br')
  expect((await ask('/', { ...headers, cookie: '__session=of-someone' })).encoding).toBeUndefined()
  expect((await ask('/', { ...headers, 'sec-fetch-site': 'same-origin', 'cookie': '__session=of-someone' })).encoding).toBe('br')
})
