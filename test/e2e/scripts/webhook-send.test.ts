import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '#scripts/lib/ports.ts'
import { root } from '#scripts/lib/rollcall.ts'
import { startHttpProxy } from '../support/http-proxy.ts'
import { run } from '../support/process.ts'
import type { Rollcall } from '../support/rollcall.ts'
import { startRollcall } from '../support/rollcall.ts'

let rollcall: Rollcall
let home: string
beforeAll(async () => {
  rollcall = await startRollcall()
  home = await mkdtemp(join(tmpdir(), 'rollcall-send-'))
  await mkdir(join(home, '.data'))
})
afterAll(async () => {
  await rollcall?.stop()
  await rm(home, { recursive: true, force: true })
})

const keepDemo = (webhookUrl: string) => writeFile(join(home, '.data/local-clerk.json'), JSON.stringify({
  instanceId: rollcall.clerk.instanceId, webhookUrl, webhookSecrets: [rollcall.clerk.webhookSecret], users: [],
}))
const forgetDemo = () => rm(join(home, '.data/local-clerk.json'), { force: true })

async function send(args: string[], env: Record<string, string> = {}) {
  const child = run(process.execPath, [join(root, 'scripts/send-webhook.ts'), ...args], env, home)
  return { code: await child.ended, output: child.output() }
}
const user = 'user_2zZ9yY8xX7wW6vV5uU4tT3sS2rR'
const names = async () => (await rollcall.db.$client<{ first_name: string }[]>`select first_name from users`).map(({ first_name }) => first_name)

it('without a word, finds the demo: its server, its secret, its instance', async () => {
  await keepDemo(`${rollcall.app.url}/api/webhooks`)
  const { code, output } = await send(['user.created', '--id', user, '--data', '{"first_name":"Maya"}'])
  expect(output).toContain(`to the demo, ${rollcall.app.url}/api/webhooks\n200 `)
  expect(code).toBe(0)
  expect(await names()).toEqual(['Maya'])
})

it('with a secret in .env, goes to the server of .env, and to the demo when asked', async () => {
  await forgetDemo()
  const { NUXT_CLERK_SECRET_KEY = '', NUXT_CLERK_API_URL = '' } = rollcall.clerk.env
  const env = { PORT: new URL(rollcall.app.url).port, NUXT_CLERK_WEBHOOK_SIGNING_SECRET: rollcall.clerk.webhookSecret, NUXT_CLERK_SECRET_KEY, NUXT_CLERK_API_URL }
  const args = (name: string) => ['user.updated', '--id', user, '--data', JSON.stringify({ first_name: name })]
  expect((await send(args('Nora'), env)).output).toContain(`to the server of .env, ${rollcall.app.url}/api/webhooks\n200 `)
  expect(await names()).toEqual(['Nora'])

  const other = { ...env, NUXT_CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_bm90IGEgc2VjcmV0' }
  expect((await send([...args('Olga'), '--demo'], other)).output).toContain('npm run demo')
  await keepDemo(`${rollcall.app.url}/api/webhooks`)
  expect((await send([...args('Olga'), '--demo'], other)).output).toContain('to the demo, ')
  expect(await names()).toEqual(['Olga'])
})

it('sends nothing to a server that is not ours, unless its address was given', async () => {
  const posts: string[] = []
  const stranger = await startHttpProxy('', ({ method, url }, { body }, response) => {
    if (method === 'POST') posts.push(`${url} ${body.length}`)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}')
    return null
  })
  await keepDemo(`${stranger.url}/api/webhooks`)
  const { code, output } = await send(['user.updated'])
  expect(code).toBe(1)
  expect(output).toContain(`No Rollcall answers at ${stranger.url}, so nothing was sent. Start the demo (npm run demo), or give --url.`)
  expect(posts).toEqual([])
  expect(await send(['user.updated', '--url', `${stranger.url}/hook`])).toMatchObject({ code: 0, output: expect.stringContaining(`to the address that was given, ${stranger.url}/hook\n200`) })
  expect(posts).toHaveLength(1)
  await stranger.close()
})

it('says what to do where nothing runs, and where no secret is known', async () => {
  await forgetDemo()
  const port = String(await freePort())
  expect(await send(['user.updated'], { PORT: port, CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_bm90IGEgc2VjcmV0' })).toMatchObject({ code: 1, output: expect.stringContaining(`No Rollcall answers at http://localhost:${port}`) })
  expect(await send(['user.updated'])).toMatchObject({ code: 1, output: expect.stringContaining('Which secret signs? Start the demo') })
})
