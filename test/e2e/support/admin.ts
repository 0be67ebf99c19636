import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AdminEventPage, AdminLiveMessage, AdminUserDetail, AdminUserPage, MirrorCharts, MirrorHealth, RunDetail, RunPage, UserDiff } from '#shared/types/admin.ts'
import type { Rollcall } from './rollcall.ts'

/** What the admin's pages ask for, as this admin. */
export function adminApi(rollcall: Rollcall, admin: string) {
  const get = async (path: string, app = rollcall.app) => {
    const answer = await rollcall.request(`/api/admin${path}`, { as: admin, app })
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return answer.json()
  }
  return {
    health: (app = rollcall.app): Promise<MirrorHealth> => get('/sync', app),
    charts: (range = 'day'): Promise<MirrorCharts> => get(`/charts?range=${range}`),
    events: (query = ''): Promise<AdminEventPage> => get(`/events${query}`),
    users: (query = ''): Promise<AdminUserPage> => get(`/users${query}`),
    user: (id: string): Promise<AdminUserDetail> => get(`/users/${id}`),
    diff: (id: string): Promise<UserDiff> => get(`/users/${id}/diff`),
    runs: (query = ''): Promise<RunPage> => get(`/runs${query}`),
    run: (id: string): Promise<RunDetail> => get(`/runs/${id}`),
    async reconcile(json: object): Promise<RunDetail> {
      const started = await rollcall.request('/api/admin/reconcile', { as: admin, json })
      const { runId } = await started.json()
      return until(() => get(`/runs/${runId}`), (run: RunDetail) => run.finishedAt !== null)
    },
  }
}

/** Asks until the answer is as wanted. @throws with the last answer after 20 s */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (Date.now() > deadline) throw new Error(`It did not come: ${JSON.stringify(answer)}`)
    await sleep(200)
  }
}

/** Opens the admin's stream, and resolves once it is open. */
export async function openAdminStream(url: string, token: string): Promise<{ messages: AdminLiveMessage[], close(): void }> {
  const abort = new AbortController()
  const answer = await fetch(`${url}/api/admin/live`, { headers: { authorization: `Bearer ${token}` }, signal: abort.signal })
  if (!answer.ok || !answer.body) throw new Error(`The stream answered ${answer.status}.`)
  const lines = createInterface(Readable.from(answer.body))
  const messages: AdminLiveMessage[] = []
  const opened = Promise.withResolvers<null>()
  lines.on('line', (line) => {
    if (line === 'event: heartbeat') opened.resolve(null)
    if (line.startsWith('data: {')) messages.push(JSON.parse(line.slice(6)))
  })
  lines.on('error', () => {})
  await opened.promise
  return { messages, close: () => abort.abort() }
}
