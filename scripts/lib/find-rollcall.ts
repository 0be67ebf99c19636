import * as v from 'valibot'

const TIMEOUT_MS = 5_000
const Health = v.object({ status: v.picklist(['ok', 'degraded', 'unavailable']) })

/**
 * Whether a Rollcall answers at this origin: its health, and that `/api/webhooks` takes nothing but POST. Changes nothing there.
 * @param origin such as `http://localhost:3000`
 */
export async function isRollcall(origin: string): Promise<boolean> {
  const ask = (path: string) => fetch(`${origin}${path}`, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS), headers: { accept: 'application/json' } })
  try {
    const [health, webhooks] = await Promise.all([ask('/api/health').then(answer => answer.json()), ask('/api/webhooks')])
    await webhooks.body?.cancel()
    return v.is(Health, health) && webhooks.status === 405 && webhooks.headers.get('allow') === 'POST'
  }
  catch {
    return false
  }
}
