import { useDocumentVisibility, useEventListener, useIntervalFn } from '@vueuse/core'

const CHECK_MS = 10_000

/**
 * Follows the admins' stream from now until the component goes.
 * @param on.hear each message as JSON
 * @param on.open each time the stream is open, the first included: what came before was missed
 */
export function followAdminStream(on: { hear(json: string): void, open(): void }): void {
  const stream = followStream('/api/admin/live', { message: on.hear, open: on.open, alive: () => {} })
  const visibility = useDocumentVisibility()
  watch(visibility, now => now === 'visible' && stream.revive())
  useIntervalFn(() => stream.revive(), CHECK_MS)
  useEventListener(window, 'online', () => stream.revive())
  useEventListener(window, 'offline', () => stream.doubt())
  onScopeDispose(() => stream.close())
}
