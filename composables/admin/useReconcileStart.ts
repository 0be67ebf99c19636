import * as v from 'valibot'

const Started = v.object({ runId: v.string() })

/** Starts a reconcile in the server; what goes wrong is said in a toast. */
export function useReconcileStart() {
  const toast = useToast()
  const starting = ref(false)

  /** @returns the id of the run; null when none could be started */
  async function start(options: { dryRun?: boolean, force?: boolean }): Promise<string | null> {
    if (starting.value) return null
    starting.value = true
    try {
      return v.parse(Started, await $fetch<unknown>('/api/admin/reconcile', { method: 'POST', body: options })).runId
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
