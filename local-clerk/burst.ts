import type { Accounts } from './accounts.ts'

/** Changes one user's last name this many times at once; without an id, the first user's. */
export function burst(accounts: Accounts, times: number, userId?: string) {
  const user = userId ? accounts.get(userId) : accounts.list()[0]
  if (!user) return
  const name = (user.lastName ?? '').replace(/ ?\d+$/, '')
  for (let count = 1; count <= times; count += 1) {
    accounts.update(user.id, { lastName: `${name} ${count}`.trim() })
  }
}
