import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import * as schema from './schema.ts'

const STATEMENT_TIMEOUT_MS = 10_000

/** A statement waits this long for a locked row, so that other deliveries do not wait behind it. */
const LOCK_TIMEOUT_MS = 2_000

const RECONNECT_SECONDS = 0.25

export type Database = ReturnType<typeof openDatabase>

/**
 * A pool of at most `max` connections, opened when first used.
 * @param url a direct `postgres://` address: LISTEN and advisory locks do not survive a transaction pooler
 * @param options.max connections, 10 when not said
 * @param options.onQuery sees each statement's text and parameters; for tests that count or explain
 */
export function openDatabase(url: string, options: { max?: number, onQuery?: (statement: string, parameters: unknown[]) => void } = {}) {
  const client = postgres(url, {
    max: options.max ?? 10,
    connect_timeout: 5,
    idle_timeout: 60,
    // By default the driver waits up to 20 s before it reconnects. A delivery has 15 s.
    backoff: () => RECONNECT_SECONDS,
    // A statement that hangs must become a 500 before Svix gives up on the delivery, after 15 s.
    connection: { application_name: 'rollcall', statement_timeout: STATEMENT_TIMEOUT_MS, lock_timeout: LOCK_TIMEOUT_MS },
    onnotice: () => {},
    debug: options.onQuery ? (_connection, statement, parameters) => options.onQuery?.(statement, parameters) : false,
  })
  return drizzle({ client, schema, casing: 'snake_case' })
}

/** @param seconds how long statements in flight may go on */
export const closeDatabase = (db: Database, seconds = 5) => db.$client.end({ timeout: seconds })
