import type { ProblemCode } from '#shared/types/sync.ts'

/** What doctor finds by itself, in the order in which it looks. What the checks know of the copy has the codes of the admin page. */
export const findingCodes = [
  'node', 'node-of-system', 'port', 'port-taken',
  'environment', 'variable-missing', 'variable-malformed', 'variable-of-other-kind', 'variable-misnamed', 'no-secret', 'no-way-in',
  'keys-of-two-kinds', 'test-keys',
  'database', 'database-unreachable', 'database-old', 'database-read-only', 'database-encoding', 'pooler', 'direct-address',
  'migrations', 'migrations-missing', 'migrations-ahead', 'rights', 'rights-to-migrate', 'timeouts-off', 'listen', 'listen-deaf',
  'clock-of-postgres', 'copy', 'heard', 'never-heard',
  'clerk', 'clerk-unreachable', 'clerk-refuses', 'other-instance', 'keys-of-one-instance', 'keys-of-two-instances', 'keys-not-compared', 'clock-of-clerk', 'session-claim',
  'endpoint', 'endpoint-plain', 'endpoint-unreachable', 'endpoint-redirects', 'endpoint-not-public', 'endpoint-not-rollcall',
  'endpoint-accepts-anything', 'endpoint-fails', 'endpoint-without-secret', 'endpoint-unsigned', 'endpoint-headers', 'endpoint-clock', 'endpoint-secret',
  'endpoint-other-instance', 'endpoint-body', 'endpoint-signed', 'endpoint-whole',
] as const
export type FindingCode = (typeof findingCodes)[number] | ProblemCode

/** What one look found. Only `wrong` fails the whole. */
export interface Finding {
  code: FindingCode
  state: 'good' | 'note' | 'wrong'
  /** One sentence or two. Never a secret, and nothing of a person. */
  text: string
  /** How to mend it; absent where there is nothing to do. */
  mend?: string
}

export type Env = Record<string, string | undefined>

export const good = (code: FindingCode, text: string): Finding => ({ code, state: 'good', text })
export const note = (code: FindingCode, text: string, mend: string): Finding => ({ code, state: 'note', text, mend })
export const wrong = (code: FindingCode, text: string, mend: string): Finding => ({ code, state: 'wrong', text, mend })

/** An error's words, as the end of a sentence. A refused connection hides behind an AggregateError without words. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return messageOf(error.cause)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return (error.message || code || error.name).replace(/\.?$/, '.')
}
