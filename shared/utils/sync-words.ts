import type { ClerkFailure, EventReason, Outcome, ReasonDetails, ReasonFor, RunError, ScanReport } from '../types/sync.ts'

export interface EventExplanation {
  /** What became of it and why, a sentence. */
  what: string
  /** What a person can do; null when there is nothing to do. */
  action: string | null
}

const retried = 'Svix keeps delivering it for a day, so a fix in time loses nothing.'
const replay = 'If it does not turn to "applied" by itself, re-sync this user, or replay it.'

/**
 * Where an event is sent again, by the names of Clerk's dashboard; a sentence each.
 * https://clerk.com/docs/guides/development/webhooks/overview
 */
export const replaySteps = [
  'Open Webhooks in Clerk\'s dashboard and select your endpoint.',
  'Under Message Attempts, find this event by its ID.',
  'Open the menu at its right and choose Replay.',
  'Resend this message, or all that failed since then.',
] as const

/** What became of an event and what a person can do about it. */
export function explainEvent(event: { type: string | null, outcome: Outcome, reason: EventReason | null, details: ReasonDetails | null }): EventExplanation {
  const { path, expected, instance, mirrored, code } = event.details ?? {}
  const type = event.type ?? 'this type of event'
  switch (event.reason) {
    case 'older': return { what: 'It is older than what the copy holds, so it was not applied. Events can arrive in any order.', action: null }
    case 'deleted': return { what: 'It arrived after the user was deleted in Clerk. A delete is final.', action: null }
    case 'sample': return { what: 'A sample from Clerk\'s dashboard (Send Example). The signature is right; the user does not exist, so nothing was written.', action: null }
    case 'unused-type': return { what: `Rollcall does not use ${type}.`, action: 'To receive fewer, choose only user.created, user.updated and user.deleted for this endpoint in Clerk\'s dashboard.' }
    case 'no-user': return { what: `The user inside ${type} was missing or incomplete, so there was nothing to apply.`, action: null }
    case 'not-json': return { what: 'It is signed, but its body is not JSON.', action: 'Something between Clerk and this server may change bodies. Look at this delivery in Clerk\'s dashboard.' }
    case 'not-an-event': return { what: `It is signed, but does not look like an event of Clerk (${path ?? 'body'}: ${expected}).`, action: 'Look at this delivery in Clerk\'s dashboard. If Clerk changed its format, Rollcall needs an update.' }
    case 'unusable-user': return { what: `It is signed, but the user inside cannot be stored (${path}: ${expected}).`, action: `Correct this user in Clerk, then re-sync them. ${retried}` }
    case 'future': return { what: `It is signed, but dated more than 5 minutes ahead (${path}), so the version rule cannot use it.`, action: `Check this server's clock (NTP). ${retried}` }
    case 'other-instance': return { what: `It is from the Clerk instance ${instance}, but this database mirrors ${mirrored}.`, action: `Another Clerk app sends here too, or the keys were changed. Remove this endpoint from the other app, or use the keys of the app that this database mirrors. ${retried}` }
    case 'wrong-key': return { what: wrongKey(instance, mirrored), action: retried }
    case 'database-unreachable': case 'database-read-only': case 'database-full': case 'database-refused': case 'internal': {
      const { what, mend } = failureWords(event.reason, code)
      return { what: `It could not be written: ${what}`, action: `${mend} ${replay}` }
    }
    case null: return event.outcome === 'applied'
      ? { what: 'Applied to the copy.', action: null }
      : { what: 'No reason was recorded.', action: null }
  }
}

/**
 * Why nothing could be written, as the end of a sentence, and what to do about it.
 * @param code of Postgres or of the network, where there was one
 */
export function failureWords(reason: ReasonFor<'failed'>, code?: string | null): { what: string, mend: string } {
  const said = code ? ` (${code})` : ''
  switch (reason) {
    case 'database-unreachable': return { what: `the database was out of reach${said}.`, mend: 'Check that Postgres runs and that this server reaches it.' }
    case 'database-read-only': return { what: `Postgres takes no writes${said}.`, mend: 'Has the database\'s address become a standby\'s, or is default_transaction_read_only on?' }
    case 'database-full': return { what: `Postgres has no room left${said}.`, mend: 'Look at its connections, memory and disk.' }
    case 'database-refused': return { what: `Postgres refused it${said}.`, mend: 'This is a bug of Rollcall: report it with this code.' }
    case 'internal': return { what: 'Rollcall failed.', mend: 'The server\'s log says more at that time.' }
  }
}

/** The secret key is of another Clerk instance than the one in the database, a sentence. */
export const wrongKey = (instance: string | null | undefined, mirrored: string | null | undefined) =>
  `The secret key belongs to the Clerk instance ${instance}, but this database mirrors ${mirrored}.`

/** Why Clerk's Backend API gave no usable answer, a sentence. */
export function clerkFailureWords({ code, status }: ClerkFailure): string {
  switch (code) {
    case 'unauthorized': return 'Clerk refuses the secret key (401).'
    case 'rate-limited': return 'Clerk is asked too often (429).'
    case 'status': return `Clerk answered ${status}.`
    case 'silent': return 'Clerk did not answer.'
  }
}

/** Why a scan ended before it was done, and what to do, in one or two sentences. */
export function runErrorWords(error: RunError): string {
  switch (error.code) {
    case 'clerk': return error.failure.code === 'unauthorized'
      ? `${clerkFailureWords(error.failure)} Copy it again from Clerk's dashboard, API keys.`
      : `${clerkFailureWords(error.failure)} No one was deleted; try again later.`
    case 'database': return `The database failed (${error.sqlState}). Try again when it is back.`
    case 'cut-off': return 'The process ended before the scan did. Start it again: it is safe.'
    case 'internal': return 'The scan failed. The server\'s log says more at that time.'
  }
}

/** A scan found more users gone than it may delete, and deleted none: a sentence for the page and the command line. */
export const refusedDeleteWords = ({ found, limit }: NonNullable<ScanReport['refused']>): string =>
  `${found} users of ours are not in Clerk's list, more than the ${limit} that may be deleted at once, so none was. Check that the secret key is the right one.`
