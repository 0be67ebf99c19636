import type { RunPage, RunSummary } from '#shared/types/admin'

/**
 * The reconcile that runs, or else the last one: whoever started it and wherever.
 * @param mirror asked already
 */
export function useReconcile(mirror: ReturnType<typeof useMirrorHealth>) {
  const request = useRequestFetch()
  const { start, starting } = useReconcileStart()
  const facts = computed(() => mirror.data.value?.facts ?? null)

  /** What was started here, before the server's facts name it. */
  const mine = ref<string | null>(null)
  // Ids of runs grow with time: the newest of those that are known.
  const id = computed(() => [mine.value, facts.value?.running?.id, facts.value?.lastReconcile?.id].filter(one => typeof one === 'string').sort().at(-1) ?? null)
  const alive = computed(() => facts.value?.running?.id === id.value || (mine.value === id.value && facts.value?.cutOff?.id !== id.value))
  const current = useRun(id, alive)

  const list = usePages<RunSummary>('admin-runs', async (cursor) => {
    const { runs, nextCursor } = await request<RunPage>('/api/admin/runs', { query: { cursor, limit: 20 } })
    return { items: runs, nextCursor }
  }, () => null)

  // Begun or ended: the facts and the list say so too.
  watch(() => `${current.run.value?.id} ${current.run.value?.finishedAt}`, () => Promise.all([mirror.ask(), list.ready.refresh()]))

  return {
    ...current,
    list,
    busy: computed(() => starting.value || current.goesOn.value),
    async begin(options: { dryRun?: boolean, force?: boolean }): Promise<void> {
      const started = await start(options)
      // Another one may run already: the facts name it.
      if (started) mine.value = started
      else await mirror.ask()
    },
  }
}
