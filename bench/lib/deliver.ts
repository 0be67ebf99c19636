import { randomUUID } from 'node:crypto'
import type { Database } from '#db/client.ts'
import { fixture } from '#scripts/lib/delivery.ts'
import { applyNews } from '#server/sync/receive/apply.ts'
import { parseEvent } from '#server/sync/receive/parse.ts'

/** One of the users of `fillMirror`. */
export const anyone = (users: number) => `user_bench_${1 + Math.floor(Math.random() * users)}`

const template = fixture('user.updated')
let clock = Date.now()

/** Applies signed news of users anywhere in the table of `fillMirror`, each with another name. @throws when one was refused */
export async function deliver(db: Database, count: number, users: number): Promise<void> {
  const ids = new Set<string>()
  while (ids.size < count) ids.add(anyone(users))
  const news = [...ids].map((id) => {
    const timestamp = ++clock
    const body = JSON.stringify({ ...template, timestamp, data: { ...template.data, id, first_name: `Name ${timestamp}`, updated_at: timestamp } })
    return parseEvent(body, { id: `msg_${randomUUID()}`, receivedAt: performance.now() }, null, timestamp)
  })
  for (const applied of await applyNews(db, news)) if (applied instanceof Error) throw applied
}
