type Mirror = ReturnType<typeof useMirrorHealth>

/**
 * Runs one check, and reads the fresh verdict when it is done.
 * @param mirror the verdict that is shown
 */
export function useCheckNow(mirror: Pick<Mirror, 'ask' | 'askSoon'>) {
  const checking = ref(false)
  const result = ref<string | null>(null)

  async function check(): Promise<void> {
    if (checking.value) return
    checking.value = true
    result.value = null
    try {
      const done = await $fetch('/api/admin/check', { method: 'POST' })
      result.value = checkWords(done)
      // The other check may end after the answer below.
      if (done.running) mirror.askSoon()
    }
    catch (error) {
      result.value = failureMessage(error, 'Rollcall did not answer.')
    }
    await mirror.ask()
    checking.value = false
  }

  return {
    check,
    checking: readonly(checking),
    /** What it did, or why it did not, a sentence; null until one was asked for. */
    result: readonly(result),
  }
}
