import type { EventExplanation, Outcome } from '../types/admin.ts'

export interface ExplainedEvent { type: string | null, outcome: Outcome, reason: string | null }

const retried = 'Svix delivers it again for a day, so what is set right in time loses nothing.'
const replay = 'If it does not turn to "applied" by itself, press Replay in Clerk\'s dashboard, or re-sync this user.'

/** What became of an event and what a person can do, from what `server/sync` wrote beside it. */
export function explainEvent({ type, outcome, reason }: ExplainedEvent): EventExplanation {
  switch (outcome) {
    case 'applied': return { what: 'Its news is in the copy.', action: null }
    case 'stale': return explainStale(reason)
    case 'ignored': return explainIgnored(type, reason)
    case 'rejected': return explainRejected(reason)
    case 'failed': return explainFailed(reason)
  }
}

function explainStale(reason: string | null): EventExplanation {
  return reason === 'the user was deleted'
    ? { what: 'It arrived after the user was deleted in Clerk, and nothing brings the deleted back.', action: null }
    : { what: 'It is older than what the copy already holds, so it was not applied. Events may come in any order.', action: null }
}

function explainIgnored(type: string | null, reason: string | null): EventExplanation {
  switch (reason) {
    case 'a sample, not written': return { what: 'A sample from Clerk\'s dashboard (Send Example). The signature is right; the user does not exist, so nothing was written.', action: null }
    case 'no usable user inside': return { what: `${type ?? 'This event'} can carry the user, and this one did not, so there was nothing to apply.`, action: null }
    case 'a type that is not used here': return {
      what: `Rollcall does not use ${type ?? 'events of this type'}.`,
      action: 'To receive fewer, choose only user.created, user.updated and user.deleted for this endpoint in Clerk\'s dashboard.',
    }
    default: return { what: withReason('It was acknowledged, and nothing was written', reason), action: null }
  }
}

function explainRejected(reason: string | null): EventExplanation {
  if (reason === null) return { what: 'It is signed, but could not be used.', action: retried }
  if (reason.startsWith('NUXT_CLERK_SECRET_KEY')) return { what: reason, action: retried }
  if (reason.startsWith('from the instance')) {
    return { what: `It is ${reason}.`, action: `Another Clerk app sends here too, or the keys were changed. Remove this endpoint from the other app, or use the keys of the app that this database mirrors. ${retried}` }
  }
  if (reason === 'the body is not JSON') return { what: 'It is signed, but its body is not JSON.', action: 'Something between Clerk and this server may change bodies. Look at this delivery in Clerk\'s dashboard.' }
  if (reason.startsWith('data.')) {
    return { what: `It is signed, but the user inside cannot be stored (${reason}).`, action: `Correct this user in Clerk, then re-sync them. ${retried}` }
  }
  return { what: `It is signed, but does not look like an event of Clerk (${reason}).`, action: 'Look at this delivery in Clerk\'s dashboard. If Clerk changed its format, Rollcall needs an update.' }
}

function explainFailed(reason: string | null): EventExplanation {
  const code = /^failed: PostgresError (\w{5})\b/.exec(reason ?? '')?.[1]
  if (code?.startsWith('53')) return { what: `Postgres had no room left for it (${code}).`, action: `Look at its connections, memory and disk. ${replay}` }
  if (code?.startsWith('57') || code?.startsWith('08') || /CONNECTION|ECONN|The database is not ready/.test(reason ?? '')) {
    return { what: 'The database was out of reach when it came.', action: `Svix delivers it again. ${replay}` }
  }
  if (code) return { what: `Postgres refused to write it (${code}).`, action: `This is ours to mend: report it with this code. ${replay}` }
  return { what: 'Something of ours failed while it was applied.', action: `The server's log says more at that time. ${replay}` }
}

const withReason = (text: string, reason: string | null) => reason ? `${text}: ${reason}.` : `${text}.`
