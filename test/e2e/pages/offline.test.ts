import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { peopleIds } from '#local-clerk/seed/people.ts'
import { root } from '#scripts/lib/rollcall.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

const { noor = '' } = peopleIds
const built = (path: string) => join(root, '.output/public', path)

/** What the service worker may put into the browser, bytes on the wire. Half of it is there already, from the first page. */
const BUDGET = 400_000

let rollcall: Rollcall
let kept: string[] = []
beforeAll(async () => {
  rollcall = await startRollcall({ clerk: { seed: true } })
  const worker = await (await rollcall.request('/sw.js')).text()
  kept = [...worker.matchAll(/\{url:"([^"]+)",revision:(?:"[^"]+"|null)\}/g)].map(([, path = '']) => path)
})
afterAll(() => rollcall?.stop())

describe('the service worker', () => {
  it('is asked for anew each time, and may ask for what is here alone', async () => {
    const { status, headers } = await rollcall.request('/sw.js')
    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': expect.stringContaining('javascript'),
      'cache-control': 'no-cache',
      'content-security-policy': 'default-src \'none\'; connect-src \'self\'; base-uri \'none\'; frame-ancestors \'none\'',
    })
  })

  it('keeps one page, and otherwise only files of the build', async () => {
    expect(kept.filter(path => !/^_nuxt\/[\w-]+(?:\.[\w-]+)*\.(?:js|css|woff2)$/.test(path))).toEqual(['favicon.svg', '/offline'])
    for (const path of kept) expect((await rollcall.request(join('/', path))).status, path).toBe(200)
  })

  it('keeps the scripts and styles of the first page, and none of an admin\'s', async () => {
    const page = await (await rollcall.request('/', { headers: { accept: '*/*, text/html' } })).text()
    const scripts = [...page.matchAll(/_nuxt\/[\w-]+\.js/g)].map(([path]) => path)
    expect(scripts.length).toBeGreaterThan(0)
    expect(kept).toEqual(expect.arrayContaining([...scripts, expect.stringMatching(/entry\.[\w-]+\.css$/)]))

    const texts = await Promise.all(kept.filter(path => path.endsWith('.js')).map(path => readFile(built(path), 'utf8')))
    expect(texts.filter(text => text.includes('/api/admin/') || text.includes('zrender'))).toEqual([])
  })

  it('fetches no more than 400 KB', async () => {
    const sizes = await Promise.all(kept.filter(path => path !== '/offline').map(async path => (await stat(built(`${path}.br`)).catch(() => stat(built(path)))).size))
    expect(sizes.length).toBeGreaterThan(0)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BUDGET)
  })
})

describe('the offline page', () => {
  it('is the same for everyone, and loads nothing but files that are kept with it', async () => {
    const [page = '', ...others] = await Promise.all([null, noor].map(async as => (await rollcall.request('/offline', { as, headers: { accept: '*/*, text/html' } })).text()))
    expect(others).toEqual([page])
    for (const word of ['You’re offline', 'noindex']) expect(page.includes(word), word).toBe(true)
    expect(/user_|<script[^>]+src|__NUXT_DATA__/.exec(page)?.[0]).toBeUndefined()
    const loaded = [...page.matchAll(/<link rel="(?:stylesheet|preload)"[^>]*href="\/([^"]+)"|url\((\/_nuxt\/[^)]+latin-wght[^)]+)\)/g)].map(([, link, font]) => link ?? font?.slice(1))
    expect(loaded.length).toBeGreaterThan(0)
    expect(kept).toEqual(expect.arrayContaining(loaded))
  })
})
