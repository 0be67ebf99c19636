import type { MirrorHealth } from '#shared/types/admin'

const EVERY_MS = 15_000

/** Whether the copy is right, as the server judges it now: the verdict and what it is made of. */
export function useMirrorHealth() {
  const request = useRequestFetch()
  const fresh = useFresh('mirror-health', () => request<MirrorHealth>('/api/admin/sync'), { everyMs: EVERY_MS })

  onMounted(() => followAdminStream({ hear: () => void fresh.askSoon(), open: () => void fresh.askSoon() }))

  return fresh
}
