import type { ReasonDetails, ReasonFor } from '#shared/types/sync.ts'

/** The database does not answer, or is not migrated yet. */
export class DatabaseNotReadyError extends Error {
  override name = 'DatabaseNotReadyError'
}

/** The SQLSTATE of Postgres, or the code of a network error; drizzle wraps the driver's error as `cause`. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeOf(error.cause)
}

/** Postgres's classes 53, 57 and 08, https://www.postgresql.org/docs/current/errcodes-appendix.html; the driver's and the system's codes for a lost connection. */
const unreachable = /^(?:57|08)...$|^CONNECT|^E[A-Z]+$/

/** A standby, or `default_transaction_read_only`. */
const READ_ONLY = '25006'

/** Why we could not apply an event, for the event log. */
export function failureOf(error: unknown): { reason: ReasonFor<'failed'>, details: ReasonDetails | null } {
  const code = codeOf(error)
  if (error instanceof DatabaseNotReadyError) return { reason: 'database-unreachable', details: null }
  if (!code) return { reason: 'internal', details: null }
  if (unreachable.test(code)) return { reason: 'database-unreachable', details: { code } }
  if (code === READ_ONLY) return { reason: 'database-read-only', details: { code } }
  if (code.startsWith('53')) return { reason: 'database-full', details: { code } }
  return { reason: /^[0-9A-Z]{5}$/.test(code) ? 'database-refused' : 'internal', details: { code } }
}

/** One line for the server's log. A driver's message may quote the row, and a row is personal: so the code alone. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'failed: something that is not an error was thrown'
  // The message of Drizzle's error has the statement and its parameters, and its stack begins with that.
  if (error.cause instanceof Error) return describeFailure(error.cause)
  const code = codeOf(error)
  const where = error.stack?.split('\n').find(line => line.trim().startsWith('at '))?.trim() ?? ''
  return `failed: ${error.name}${code ? ` ${code}` : ''} ${where}`
}
