import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import { DrizzleQueryError } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { readAddress } from './address.ts'
import * as schema from './schema.ts'
import { createSockets } from './sockets.ts'

/** Longer than `statement_timeout` of db/settings.ts, and short enough that a delivery has its answer within 15 s. */
const SILENT_MS = 12_000
/** What is idle is closed after this part of it, so it is not silent. */
const IDLE_PART = 5 / 6
const CONNECT_SECONDS = 4
const RECONNECT_SECONDS = 0.25
/** TCP asks after so many seconds whether the other side is still there. */
const KEEP_ALIVE_SECONDS = 5

export interface DatabaseOptions {
  /** Connections, 10 when not said. */
  max?: number
  /**
   * Postgres itself, where the address is a pooler's in transaction mode: what belongs to a session (LISTEN, locks) goes
   * there, and the pooler gets no named statements, which PgBouncer knows since 1.21 alone.
   */
  directUrl?: string
  /** Whether statements may be prepared by name; true unless there is a `directUrl`. */
  prepare?: boolean
  /** Keeps its connections while they are idle. Whoever opens it lets them hear something within `silentMs`. */
  session?: boolean
  /** A connection on which nothing came for so long is closed, ms: `createSockets`. */
  silentMs?: number
  /** A connection was closed because nothing came. */
  onSilent?: () => void
  /** A connection was closed, whoever did it. */
  onClose?: () => void
  /** A NOTIFY was heard. */
  onNotify?: (channel: string, payload: string) => void
  /** Sees each statement's text and parameters; for tests that count or explain. */
  onQuery?: (statement: string, parameters: unknown[]) => void
}

type SessionOptions = Omit<DatabaseOptions, 'max' | 'session' | 'directUrl' | 'prepare'>

export type Database = PostgresJsDatabase<typeof schema> & {
  $client: postgres.Sql
  /** One connection more, beside the pool, for what belongs to a session. Close it by `closeDatabase`. */
  openSession(options?: SessionOptions): Database
  /** Closes all connections of the pool, so that new ones are opened. Statements in flight fail. */
  renew(): void
}

/**
 * A pool of connections, each opened when first used.
 * Timeouts of statements are settings of the role (db/settings.ts), never start parameters: PgBouncer refuses those.
 * Do not use the driver's `reserve`, and `begin` by `transaction` alone: a connection that is lost meanwhile is spoilt
 * for ever.
 * @param url `postgres://`, of Postgres itself, or of a pooler when there is a `directUrl`: LISTEN and advisory locks do not
 *   survive a transaction pooler
 */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { max = 10, directUrl, prepare = directUrl === undefined, session = false, silentMs = SILENT_MS, onSilent, onClose, onNotify, onQuery } = options
  const sockets = createSockets({ silentMs, onSilent })
  // Options that the driver has and its types have not.
  const untyped = {
    socket: sockets.connect,
    onnotify: onNotify,
    // How many statements may wait on one connection. `begin` must never be the last of them: the driver would not keep the
    // connection for it, and leave a transaction open in which others write. So they are more than a pool ever has to wait.
    max_pipeline: 10_000,
  }
  const address = readAddress(url)
  const client = postgres(address.url, {
    ...untyped,
    ssl: address.ssl,
    prepare,
    max,
    connect_timeout: CONNECT_SECONDS,
    idle_timeout: session ? undefined : silentMs * IDLE_PART / 1000,
    ...session && { max_lifetime: null },
    keep_alive: KEEP_ALIVE_SECONDS,
    // By default the driver waits up to 20 s before it reconnects. A delivery has 15 s.
    backoff: () => RECONNECT_SECONDS,
    connection: { application_name: 'rollcall' },
    onnotice: () => {},
    onclose: onClose,
    debug: onQuery ? (_connection, statement, parameters) => onQuery(statement, parameters) : false,
  })
  return Object.assign(drizzle({ client, schema, casing: 'snake_case' }), {
    openSession: (more: SessionOptions = {}) => openDatabase(directUrl ?? url, { ...more, max: 1, session: true }),
    renew: sockets.destroyAll,
  })
}

/** @param seconds how long statements in flight may go on */
export const closeDatabase = (db: Database, seconds = 5) => db.$client.end({ timeout: seconds })

/**
 * Runs statements in one transaction. When its connection is lost, the driver rejects, and would then send a ROLLBACK
 * after it, which spoils this place of the pool; so `run` is left waiting instead, and is forgotten.
 */
export const transaction = <T>(db: Database, run: (sql: postgres.TransactionSql) => Promise<T>) =>
  db.$client.begin(sql => unlessLost(run(sql)))

export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0]
/** The same for queries of the builder. */
export const builderTransaction = <T>(db: Database, run: (tx: Transaction) => Promise<T>) => db.transaction(tx => unlessLost(run(tx)))

const unlessLost = <T>(ran: Promise<T>) => ran.catch((error: unknown) =>
  // The builder wraps the driver's error.
  isLost(error instanceof DrizzleQueryError ? error.cause : error) ? new Promise<never>(() => {}) : Promise.reject(error))

/** A code of the driver (https://github.com/porsager/postgres#error-codes) or of the system, or an error after which Postgres closes. */
const isLost = (error: unknown) => error instanceof Error
  && (('code' in error && /^(?:CONNECTION_|E[A-Z]+$)/.test(String(error.code))) || ('severity' in error && error.severity === 'FATAL'))
