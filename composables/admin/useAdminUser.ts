import type { AdminUserDetail, UserDiff } from '#shared/types/admin'

/** What came of reading one user from Clerk: whether the version rule had the row written. */
interface Resynced { written: boolean }

/** All that is here of one user, and Clerk's answer about them beside it. */
export function useAdminUser(id: string) {
  const request = useRequestFetch()
  const path = `/api/admin/users/${encodeURIComponent(id)}`

  const loaded = useAsyncData(`admin-user:${id}`, () => request<AdminUserDetail>(path))
  // Clerk is asked when a person looks, never while a page is rendered.
  const diff = useAsyncData(`admin-user:${id}:diff`, () => request<UserDiff>(`${path}/diff`), { server: false, lazy: true })

  // Its row has been written: what differed may not any more.
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
      const { written } = await request<Resynced>(`${path}/resync`, { method: 'POST' })
      // The row first, so that the two never speak of different moments.
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
    /** Words, when the difference could not be asked for at all. */
    diffFailure: computed(() => diff.error.value ? failureMessage(diff.error.value) : null),
    asking: computed(() => diff.status.value === 'idle' || diff.status.value === 'pending'),
    askAgain: () => diff.refresh(),
    resync,
    resyncing: readonly(resyncing),
    resynced: readonly(resynced),
  }
}

function wordsFor(written: boolean, same: boolean): string {
  if (written) return 'Read from Clerk, and written.'
  return same
    ? 'Read from Clerk: it says the same, so nothing was written.'
    : 'Read from Clerk: our row is the newer one, so it stays as it is.'
}
