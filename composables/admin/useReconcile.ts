import type { RunDetail, RunSummary } from '#shared/types/admin'
import { unnamedOf } from '#shared/utils/run-people'

type Mirror = ReturnType<typeof useMirrorHealth>

/** What a dry run found holds for so long, ms: a reconcile may be confirmed by it without another one. */
const FRESH_MS = 5 * 60_000

interface ReconcileOptions { dryRun?: boolean, force?: boolean }

/**
 * A run with its report. Only the mirror's facts say what runs now and how far it is; the report is read when its run
 * has ended.
 * @param key names the run in the payload; another one for each page, since pages with one key share one request
 * @param mirror already loaded
 * @param id null: no run
 */
export function useRun(key: string, mirror: Mirror, id: () => string | null) {
  const request = useRequestFetch()
  const fetchRun = (wanted: string) => request(`/api/admin/runs/${wanted}`)
  const stored = useAsyncData(key, async () => {
    const wanted = id()
    return wanted === null ? null : fetchRun(wanted)
  }, { watch: [id] })

  const live = computed(() => {
    const running = mirror.data.value?.facts.running ?? null
    return running?.id === id() ? running : null
  })
  watch(live, (now, before) => before && !now && stored.refresh())

  const run = computed<RunDetail | null>(() => stored.data.value ? { ...stored.data.value, ...live.value } : null)

  return {
    /** To be awaited by the page. */
    ready: stored,
    run,
    /** Until its report is here. */
    running: computed(() => run.value?.finishedAt === null && (live.value !== null || stored.status.value === 'pending')),
    failure: computed(() => stored.error.value ? failureMessage(stored.error.value) : null),
  }
}

/** The names of a report's users: of ours, and from Clerk those of whom there is no row. The browser asks Clerk, once the report is shown. */
export function useRunPeople(run: () => RunDetail) {
  const request = useRequestFetch()
  const fetchPeople = (id: string) => request(`/api/admin/runs/${id}/people`)
  const named = useAsyncData(() => `admin-run-people:${run().id}`, async () => unnamedOf(run()).length === 0 ? null : fetchPeople(run().id), { server: false, lazy: true })
  return {
    people: computed(() => ({ ...run().people, ...named.data.value?.people })),
    /** Why some have no name: a sentence. */
    failure: computed(() => named.error.value ? failureMessage(named.error.value) : named.data.value?.failure ? clerkFailureWords(named.data.value.failure) : null),
  }
}

/**
 * The newest reconcile, whoever started it and wherever, and the list of all runs.
 * @param mirror already loaded
 */
export function useReconcile(mirror: Mirror) {
  const request = useRequestFetch()
  const facts = computed(() => mirror.data.value?.facts)

  // Ids of runs grow with time.
  const newest = computed(() => [facts.value?.running, facts.value?.cutOff, facts.value?.lastReconcile].flatMap(run => run?.id ?? []).toSorted().at(-1) ?? null)
  const current = useRun('admin-run:newest', mirror, () => newest.value)

  const list = usePages<RunSummary>('admin-runs', async (cursor) => {
    const { runs, nextCursor } = await request('/api/admin/runs', { query: { cursor, limit: 20 } })
    return { items: runs, nextCursor }
  })
  // A run has begun or ended, or a check has repaired something.
  watch(() => `${current.run.value?.id} ${current.run.value?.finishedAt} ${facts.value?.repairs.lastAt}`, () => list.ready.refresh())

  const { start } = useReconcileStart()
  const beginning = ref(false)
  async function begin(options: ReconcileOptions): Promise<string | null> {
    beginning.value = true
    const id = await start(options)
    // When nothing was started, another run may be why: the facts name it.
    await mirror.ask()
    beginning.value = false
    return id
  }

  /** The dry run whose result is to be confirmed once it is there, and whether the question is open. */
  const proposed = ref<string | null>(null)
  const confirming = ref(false)
  const isFresh = ({ dryRun, finishedAt, error }: RunDetail) =>
    dryRun && !error && finishedAt !== null && Date.parse(facts.value?.checkedAt ?? '') - Date.parse(finishedAt) < FRESH_MS
  watch(current.run, (run) => {
    if (!run?.finishedAt || run.id !== proposed.value) return
    proposed.value = null
    // Without drift there is nothing to ask: the report says so.
    confirming.value = !run.error && countDrift(run) > 0
  })

  return {
    ...current,
    list,
    /** Whether a scan runs, whoever started it: another one would be refused. */
    busy: computed(() => beginning.value || Boolean(facts.value?.running)),
    begin,
    confirming,
    /** Asks whether to repair what a dry run found: the one that is shown where it is fresh and found something, else a new one. */
    async propose(): Promise<void> {
      const run = current.run.value
      if (run && isFresh(run) && countDrift(run) > 0) confirming.value = true
      else proposed.value = await begin({ dryRun: true })
    },
    async confirm(): Promise<void> {
      confirming.value = false
      await begin({})
    },
  }
}

/** Starts a reconcile in the server. A toast says what went wrong. */
export function useReconcileStart() {
  const toast = useToast()
  const starting = ref(false)

  /** @returns the id of the run; null when none was started */
  async function start(options: ReconcileOptions): Promise<string | null> {
    if (starting.value) return null
    starting.value = true
    try {
      return (await $fetch('/api/admin/reconcile', { method: 'POST', body: options })).runId
    }
    catch (error) {
      toast.add({ title: 'The reconcile did not start', description: failureMessage(error), color: 'error' })
      return null
    }
    finally {
      starting.value = false
    }
  }

  return { start, starting: readonly(starting) }
}
