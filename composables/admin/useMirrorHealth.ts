const EVERY_MS = 15_000
/** While a scan runs, so that its progress can be followed. */
const RUNNING_MS = 1_000

/** Whether the copy is right, as the server judges it now: the verdict and the facts behind it. */
export function useMirrorHealth() {
  const request = useRequestFetch()
  const fetchHealth = () => request('/api/admin/sync')
  const fresh = useFresh('mirror-health', fetchHealth, {
    everyMs: health => health?.facts.running ? RUNNING_MS : EVERY_MS,
  })

  onMounted(() => useEventStream('/api/admin/live', { message: fresh.askSoon, missed: fresh.askSoon }))

  return fresh
}
