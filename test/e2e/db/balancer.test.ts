import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { quiet, root } from '#scripts/lib/rollcall.ts'
import { startApp } from '#scripts/lib/server.ts'
import { hasBalancer, startBalancer } from '../support/balancer.ts'
import type { EventStream } from '../support/event-stream.ts'
import { openEventStream } from '../support/event-stream.ts'
import { startRollcall } from '../support/rollcall.ts'
import type { Message } from '../support/svix-sender.ts'
import { createSender } from '../support/svix-sender.ts'

const EVENTS = 500
const READERS = 4

const wasClosed = (error: unknown) => error instanceof TypeError && error.cause instanceof Error && 'code' in error.cause && ['UND_ERR_SOCKET', 'ECONNRESET'].includes(String(error.cause.code))

it.runIf(hasBalancer)('behind HAProxy, an instance that is killed and one that is stopped under load cost no read and no delivery', { timeout: 120_000 }, async () => {
  const rollcall = await startRollcall({ instances: 2, env: { TRUSTED_PROXIES: '1' } })
  onTestFinished(() => rollcall.stop())
  const { apps: [first, second], clerk, databaseUrl, db } = rollcall
  if (!first || !second) throw new Error('There are two instances.')
  const balancer = await startBalancer([first.url, second.url])
  onTestFinished(() => balancer.stop())
  const ada = clerk.users.create({ firstName: 'Ada' })
  await clerk.deliveries.idle()
  const session = await clerk.session(ada.id, { azp: first.url })
  const { id } = await (await rollcall.request('/api/posts', { as: ada.id, json: { body: 'hello' } })).json()

  // What people read, as guests and signed in, all the time.
  let reading = true
  const answers = new Map<number | string, number>()
  const paths = ['/', '/api/posts', `/api/posts/${id}`, `/users/${ada.id}`, `/api/users/${ada.id}`]
  const readers = Array.from({ length: READERS }, async (_, reader) => {
    for (let turn = reader; reading; turn++) {
      const headers: Record<string, string> = turn % 2 ? { authorization: `Bearer ${session}` } : {}
      const read = () => fetch(`${balancer.url}${paths[turn % paths.length]}`, { headers }).then(async (answer) => {
        await answer.arrayBuffer()
        return answer.status
      })
      // Where the instance behind a kept connection is gone, HAProxy closes that to the reader as well, for whom a browser asks once more by itself (its manual, `http-reuse`); fetch does not.
      const status = await read().catch(error => wasClosed(error) ? read() : Promise.reject(error)).catch(error => `${error}: ${error.cause}`)
      answers.set(status, (answers.get(status) ?? 0) + 1)
    }
  })

  // Two pages, one on each instance, that open their stream again as browsers do.
  let open = true
  let reopened = 0
  const pages = await Promise.all([1, 2].map(async () => {
    const page: { stream: EventStream } = { stream: await openEventStream(balancer.url, session) }
    async function follow() {
      for (await page.stream.ended; open; await page.stream.ended) {
        page.stream = await openEventStream(balancer.url, session).catch(() => page.stream)
        reopened++
        await sleep(50)
      }
    }
    void follow()
    return page
  }))
  onTestFinished(() => {
    open = false
    pages.forEach(({ stream }) => stream.close())
  })

  const at = Date.now()
  const messages = Array.from({ length: EVENTS }, (_, index): Message => ({ id: `msg_${index}`, body: JSON.stringify({
    object: 'event', type: 'user.updated', instance_id: clerk.instanceId, timestamp: at + index,
    data: { id: `user_${index % 100}`, object: 'user', first_name: `Name ${index}`, last_name: null, username: null, email_addresses: [], updated_at: at + index, created_at: at },
  }) }))
  const sender = createSender({ url: balancer.url, secret: clerk.webhookSecret, inFlight: 8, retryMs: 50 })
  const sent = sender.send(messages)
  const until = async (part: number) => {
    while (sender.answered.size < EVENTS * part) await sleep(5)
  }

  await until(0.2)
  await first.stop('SIGKILL')
  await until(0.4)
  const again = await startApp({ cwd: root, port: Number(new URL(first.url).port), env: { ...clerk.env, ...quiet, DATABASE_URL: databaseUrl, NUXT_SITE_URL: `${first.url},${second.url}`, TRUSTED_PROXIES: '1' }, quiet: true })
  onTestFinished(() => again.stop())
  await until(0.7)
  await second.stop('SIGTERM')
  await sent
  reading = false
  await Promise.all(readers)

  expect([...answers.keys()]).toEqual([200])
  expect(answers.get(200)).toBeGreaterThan(100)
  expect(await db.$client`select count(*)::int as events, max(deliveries) <= 3 as few from webhook_events where id = any(${messages.map(message => message.id)})`).toEqual([{ events: EVENTS, few: true }])
  expect(await db.$client`select count(*)::int as n from users where first_name = any(${messages.slice(-100).map((_, index) => `Name ${EVENTS - 100 + index}`)})`).toEqual([{ n: 100 }])
  expect(reopened).toBeGreaterThanOrEqual(2)
  clerk.users.update(ada.id, { firstName: 'Augusta' })
  for (const page of pages) await vi.waitFor(() => expect(page.stream.messages.some(message => message.type === 'users' && message.users.some(({ name }) => name === 'Augusta'))).toBe(true))
})
