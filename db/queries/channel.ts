import { sql } from 'drizzle-orm'
import type { SQLWrapper } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { Database } from '../client.ts'

/** The channel of every change that the public can see. The payload is JSON with ids only, under 8,000 bytes. */
export const CHANGES_CHANNEL = 'rollcall_changes'

/** The channel of what one person alone may see, apart from the public one: nothing of it goes to everyone. JSON with user ids only. */
export const PRIVATE_CHANNEL = 'rollcall_private'

/**
 * Tells all instances that the notifications of these people changed. None is told of when there are none.
 * @param people a query of user ids, a hundred people at most: a payload has 8,000 bytes
 */
export const notifyPeople = (people: SQLWrapper) =>
  sql`(select pg_notify(${PRIVATE_CHANNEL}, json_build_object('users', json_agg(people.user_id))::text) from ${people} as people (user_id) having count(*) > 0)`

/**
 * Tells all instances that a post changed, once the statement commits. It belongs in the main query: Postgres does not
 * run a CTE that only selects and that nothing refers to.
 */
export const notifyOfPost = (id: AnyPgColumn) =>
  sql`pg_notify(${CHANGES_CHANNEL}, json_build_object('posts', json_build_array(${id}))::text)`

/**
 * Tells them that something changed which pages need not show at once: what is kept in memory falls. Any number of these in
 * one transaction is one notice.
 */
export const notifyOfChange = () => sql`pg_notify(${CHANGES_CHANNEL}, '{}')`

/** As `notifyOfPost`, of a user. */
export const notifyOfUser = (id: AnyPgColumn) =>
  sql`pg_notify(${CHANGES_CHANNEL}, json_build_object('users', json_build_array(${id}))::text)`

/**
 * Listens to every change, the private ones too, which is nothing new for a session that does so already, and sends a notice to itself: heard
 * once it listens. Other sessions do not hear it. It waits for no disk: nothing is lost with it.
 * @param session of one connection
 * @param own a channel of its own: letters, digits, `_`
 * @param said the payload: a whole number
 */
export async function listenAndNotifySelf(session: Database, own: string, said: number): Promise<void> {
  // The builder knows no LISTEN. In one transaction, and one message.
  await session.$client.unsafe(`listen ${CHANGES_CHANNEL}; listen ${PRIVATE_CHANNEL}; listen ${own}; set local synchronous_commit = off; notify ${own}, '${said}'`)
}
