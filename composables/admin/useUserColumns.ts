import { useLocalStorage } from '@vueuse/core'
import * as v from 'valibot'
import type { UserSort } from '#shared/schemas/admin'

export const userColumns = [
  { key: 'email', label: 'Email' },
  { key: 'status', label: 'Status' },
  { key: 'joined', label: 'Joined', sort: 'joined' },
  { key: 'synced', label: 'Synced', sort: 'synced' },
  { key: 'id', label: 'User ID' },
  { key: 'version', label: 'Version' },
  { key: 'signedIn', label: 'Last sign-in' },
  { key: 'deleted', label: 'Deleted' },
] as const satisfies { key: string, label: string, sort?: UserSort }[]

export type UserColumn = (typeof userColumns)[number]['key']

const keys = userColumns.map(({ key }) => key)
const usual: UserColumn[] = ['email', 'status', 'joined', 'synced', 'id']
const Kept = v.fallback(v.pipe(v.string(), v.parseJson(), v.array(v.picklist(keys))), usual)

/** The columns of the admin's list of users, as last chosen in this browser. The name is always shown. */
export function useUserColumns() {
  const chosen = useLocalStorage<UserColumn[]>('rollcall:user-columns', usual, {
    // The server does not know the choice, so it is applied after hydration.
    initOnMounted: true,
    serializer: { read: text => v.parse(Kept, text), write: value => JSON.stringify(value) },
  })

  return {
    columns: computed(() => userColumns.filter(({ key }) => chosen.value.includes(key))),
    isChosen: (key: UserColumn) => chosen.value.includes(key),
    choose(key: UserColumn, yes: boolean): void {
      chosen.value = keys.filter(one => one === key ? yes : chosen.value.includes(one))
    },
  }
}
