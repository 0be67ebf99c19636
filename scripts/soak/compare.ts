import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#db/client.ts'
import { countLiveUsers, findMirrorUsers } from '#db/queries/scan.ts'
import type { LocalClerk } from '#local-clerk/index.ts'

/** How the table differs from Clerk, one line for each user, 20 at most; read from both by themselves, not by the app. */
async function findDifferences(db: Database, clerk: LocalClerk): Promise<string[]> {
  const theirs = clerk.users.list()
  const ours = await findMirrorUsers(db, theirs.map(({ id }) => id))
  const differing = theirs.flatMap((user) => {
    const row = ours.get(user.id)
    if (!row) return [`${user.id} is missing.`]
    if (row.deletedAt) return [`${user.id} is deleted here.`]
    const [mine, clerks] = [[row.firstName, row.lastName, row.username, row.banned], [user.firstName, user.lastName, user.username, user.banned]]
    return JSON.stringify(mine) === JSON.stringify(clerks) ? [] : [`${user.id} differs.`]
  })
  const extra = await countLiveUsers(db) - theirs.length
  return [...differing.slice(0, 20), ...extra > 0 ? [`${extra} are here and not at Clerk.`] : []]
}

/** Waits until the table equals Clerk. @returns how it still differs after `timeoutMs` */
export async function untilEqual(db: Database, clerk: LocalClerk, timeoutMs: number): Promise<string[]> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const differences = await findDifferences(db, clerk)
    if (differences.length === 0 || Date.now() > deadline) return differences
    await sleep(1_000)
  }
}
