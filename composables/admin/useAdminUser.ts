/** Everything stored about one user, and beside it what Clerk says about them now. */
export function useAdminUser(id: string) {
  const request = useRequestFetch()
  const path = `/api/admin/users/${encodeURIComponent(id)}` as const

  const fetchUser = () => request(path)
  const fetchDiff = () => request(`${path}/diff`)
  const loaded = useAsyncData(`admin-user:${id}`, fetchUser)
  // Clerk is asked by the browser, never while the server renders a page.
  const diff = useAsyncData(`admin-user:${id}:diff`, fetchDiff, { server: false, lazy: true })

  // The row was written: what differed may be equal now.
  watch(() => loaded.data.value?.user?.syncedAt, (_, before) => before && void diff.refresh())

  useLive({
    users: ({ users, hiddenIds }) => (users.some(user => user.id === id) || hiddenIds.includes(id)) && void loaded.refresh(),
    catchUp: () => void loaded.refresh(),
  })

  const resyncing = ref(false)
  const resynced = ref<{ words: string, ok: boolean } | null>(null)

  async function resync(): Promise<void> {
    if (resyncing.value) return
    resyncing.value = true
    resynced.value = null
    try {
      const { written } = await request(`${path}/resync`, { method: 'POST' })
      // The row first, so that the comparison is never older than the row.
      await loaded.refresh()
      await diff.refresh()
      resynced.value = { words: wordsFor(written, diff.data.value?.status === 'same'), ok: true }
    }
    catch (error) {
      resynced.value = { words: failureMessage(error), ok: false }
    }
    resyncing.value = false
  }

  return {
    loaded,
    detail: loaded.data,
    diff: diff.data,
    /** Why the comparison could not be made. */
    diffFailure: computed(() => diff.error.value ? failureMessage(diff.error.value) : null),
    asking: computed(() => diff.status.value === 'idle' || diff.status.value === 'pending'),
    askAgain: () => diff.refresh(),
    resync,
    resyncing: readonly(resyncing),
    resynced: readonly(resynced),
  }
}

function wordsFor(written: boolean, same: boolean): string {
  if (written) return 'Updated from Clerk.'
  return same
    ? 'Already up to date with Clerk. Nothing was changed.'
    : 'Our row is newer than Clerk’s answer, so it was kept.'
}
