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

/** Few things need one: a delivery that deletes, hiding, a look at every id. */
const TRANSACTIONS = 2

export interface DatabaseOptions {
  /** Connections for statements, 10 when not said. */
  max?: number
  /** Connections beside those, for transactions, 2 when not said. */
  transactions?: number
  /**
   * Postgres itself, where the address is a pooler's in transaction mode: what belongs to a session (LISTEN, locks) goes
   * there, and the pooler gets no named statements, which PgBouncer knows since 1.21 alone.
   */
  directUrl?: string
  /** Whether statements may be prepared by name; true unless there is a `directUrl`. */
  prepare?: boolean
  /** One connection for all, kept while it is idle. Whoever opens it lets them hear something within `silentMs`. */
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

type SessionOptions = Omit<DatabaseOptions, 'max' | 'transactions' | 'session' | 'directUrl' | 'prepare'>

export type Database = PostgresJsDatabase<typeof schema> & {
  $client: postgres.Sql
  /** One connection more, beside the pool, for what belongs to a session. Close it by `closeDatabase`. */
  openSession(options?: SessionOptions): Database
  /** Closes all connections of the pool, so that new ones are opened. Statements in flight fail. */
  renew(): void
}

/**
 * A pool of connections, each opened when first used. A statement waits for a free one, so one that is slow or silent
 * holds up no other. Transactions have connections of their own: version 3.4.9 of the driver sends a `begin` behind
 * another statement when all are busy, may not keep the connection for it, and then others write in a transaction that
 * nobody ends (https://github.com/porsager/postgres/issues/1189).
 * Timeouts of statements are settings of the role (db/settings.ts), never start parameters: PgBouncer refuses those.
 * Do not use the driver's `reserve`, and `begin` by `transaction` alone: a connection that is lost meanwhile is spoilt
 * for ever.
 * @param url `postgres://`, of Postgres itself, or of a pooler when there is a `directUrl`: LISTEN and advisory locks do not
 *   survive a transaction pooler
 */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { max = 10, transactions = TRANSACTIONS, directUrl, prepare = directUrl === undefined, session = false, silentMs = SILENT_MS, onSilent, onClose, onNotify, onQuery } = options
  const sockets = createSockets({ silentMs, onSilent })
  const address = readAddress(url)
  /** @param pipelined how many statements may be sent behind one that runs */
  function connect(max: number, pipelined: number) {
    // Options that the driver has and its types have not.
    const untyped = { socket: sockets.connect, onnotify: onNotify, max_pipeline: pipelined }
    return postgres(address.url, {
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
  }
  // It sets how a client reads dates and writes JSON, so both go through it.
  const build = (client: postgres.Sql) => drizzle({ client, schema, casing: 'snake_case' })
  const db = build(session ? connect(1, Infinity) : connect(max, 0))
  if (!session) {
    const { end } = db.$client
    // Nothing but `begin` is sent on it, so that it is never behind another statement.
    const apart = build(connect(transactions, 1)).$client
    Object.assign(db.$client, { begin: apart.begin, end: (settings?: { timeout?: number }) => Promise.all([end(settings), apart.end(settings)]) })
  }
  return Object.assign(db, {
    openSession: (more: SessionOptions = {}) => openDatabase(directUrl ?? url, { ...more, session: true }),
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
