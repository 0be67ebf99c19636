import * as v from 'valibot'
import type { AdminUser } from '#shared/types/admin'
import type { ResyncAnswer, ResyncProgress } from '~~/utils/admin/resync'

/** So many can be selected at once: a reconcile is for more. */
export const RESYNC_AT_MOST = 100

const Refused = v.object({ statusCode: v.literal(429), response: v.object({ headers: v.instance(Headers) }) })

/** Users selected in the list, and a read of each from Clerk. @param users those that are listed: only they can be selected */
export function useResyncMany(users: () => readonly AdminUser[], after: () => Promise<unknown>) {
  const chosen = shallowRef<ReadonlySet<string>>(new Set())
  const selected = computed(() => users().filter(({ id }) => chosen.value.has(id)))
  const progress = shallowRef<ResyncProgress | null>(null)
  const result = shallowRef<{ words: string, failed: ResyncProgress['failed'] } | null>(null)
  let stop = new AbortController()
  onScopeDispose(() => stop.abort())

  async function ask(id: string): Promise<ResyncAnswer> {
    try {
      const { written } = await $fetch(`/api/admin/users/${encodeURIComponent(id)}/resync`, { method: 'POST', retry: false })
      return { written }
    }
    catch (error) {
      const refused = v.safeParse(Refused, error)
      const seconds = refused.success ? Number(refused.output.response.headers.get('retry-after')) : 0
      return seconds > 0 ? { waitMs: seconds * 1_000 } : { why: failureMessage(error) }
    }
  }

  async function resync(): Promise<void> {
    if (progress.value) return
    const asked = selected.value.map(({ id, name }) => ({ id, name }))
    result.value = null
    stop = new AbortController()
    const { signal } = stop
    const wait = (ms: number) => new Promise<void>((done) => {
      setTimeout(done, ms)
      signal.addEventListener('abort', () => done(), { once: true })
    })
    const done = await resyncUsers(asked, { ask, wait, signal, tell: (now) => {
      progress.value = now
    } })
    result.value = { words: resyncWords(done, asked.length), failed: done.failed }
    progress.value = null
    // Those that failed stay selected.
    chosen.value = new Set(countDone(done) < asked.length ? chosen.value : done.failed.map(({ id }) => id))
    await after()
  }

  return {
    selected,
    isSelected: (id: string) => chosen.value.has(id),
    select(ids: readonly string[], yes: boolean): void {
      const next = new Set(chosen.value)
      for (const id of ids) if (yes) next.add(id)
      else next.delete(id)
      chosen.value = next
    },
    resync,
    /** Starts no more; the answers that are on their way are counted. */
    stop: () => stop.abort(),
    /** Null while none runs. */
    progress,
    result,
  }
}
