import type { Level, MirrorFacts, Problem, Refusals, Verdict } from '#shared/types/admin.ts'
import { driftKinds } from '#shared/types/sync.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** A community may be quiet for days; for a week, with counts that differ, it is not quiet but cut off. */
export const SILENCE_LIMIT_MS = 7 * DAY
/** News of a change is on its way for a moment: counts that differ for less, while events come in, are no fault yet. */
export const ON_ITS_WAY_MS = 15_000
export const PENDING_LIMIT_MS = 5 * MINUTE

const ranks: Record<Level, number> = { ok: 0, note: 1, warn: 2, bad: 3 }

/** Whether the copy is right, from the facts alone: what is wrong, the worst first, and what to do about it. */
export function judgeMirror(facts: MirrorFacts): Verdict {
  const problems = [
    ...judgeKeys(facts),
    ...facts.refusals.map(refusals => judgeRefusals(refusals, facts)),
    ...judgeDeliveries(facts),
    ...judgeCount(facts),
    ...judgeScans(facts),
    ...judgePending(facts),
  ].sort((a, b) => ranks[b.level] - ranks[a.level])
  const worst = problems[0]
  if (worst && worst.level !== 'note') return { level: worst.level, sentence: worst.sentence, problems }
  return { level: 'ok', sentence: allIsWell(facts), problems }
}

/** Whether deliveries have stopped: the last one is old, and the counts say that something was missed. */
export function isCutOff(lastEventAt: string | null, count: MirrorFacts['count'] | null, now: string): boolean {
  return count?.state === 'known' && count.clerk !== count.ours && (lastEventAt === null || age(lastEventAt, now) > SILENCE_LIMIT_MS)
}

function allIsWell({ count, lastEventAt, checkedAt }: MirrorFacts): string {
  const heard = lastEventAt ? ` The last event came ${ago(lastEventAt, checkedAt)}.` : ''
  if (count.state === 'known' && count.clerk !== count.ours) return `Your copy is catching up: Clerk has ${users(count.clerk)}, and ${number(count.ours)} are here.${heard}`
  return count.state === 'known' ? `Your copy is right: ${users(count.ours)}, as many as Clerk has.${heard}` : `Nothing is wrong here.${heard}`
}

function judgeKeys({ instance, keys, count }: MirrorFacts): Problem[] {
  const problems: Problem[] = []
  if (instance.problem) problems.push({ code: 'instance', level: 'bad', sentence: `Deliveries and scans are refused: ${instance.problem}`, action: 'Set the right key and start the server again. Deliveries refused meanwhile come again for a day.' })
  if (keys.publishable !== keys.secret) problems.push({ code: 'keys', level: 'bad', sentence: `The publishable key is Clerk's ${keys.publishable} key, and the secret key is a ${keys.secret} one.`, action: 'Copy both from the same page: Clerk dashboard, API keys.' })
  if (count.state === 'unknown' && count.unauthorized) problems.push({ code: 'secret-key', level: 'bad', sentence: 'Clerk refuses the secret key, so the copy cannot be compared or repaired.', action: 'Copy NUXT_CLERK_SECRET_KEY again (Clerk dashboard, API keys) and start the server again.' })
  return problems
}

function judgeRefusals({ reason, day, streak, since }: Refusals, { checkedAt, lastVerifiedAt }: MirrorFacts): Problem {
  if (streak === 0 || since === null || (lastVerifiedAt !== null && lastVerifiedAt > since)) {
    return { code: 'forged', level: 'note', sentence: `${deliveries(day)} of the last day could not be verified, while others were: someone may try what is not signed, or signed wrongly.`, action: null }
  }
  const refused = `Clerk's deliveries are refused: ${number(streak)} since ${clock(since, checkedAt)} could not be verified, and none was.`
  switch (reason) {
    case 'signature': return { code: 'refused', level: 'bad', sentence: `${refused} The signing secret here is not the endpoint's.`, action: 'Copy the Signing Secret (Clerk dashboard, Webhooks, your endpoint) to NUXT_CLERK_WEBHOOK_SIGNING_SECRET and start the server again. What was refused comes again for a day; after that, run a reconcile.' }
    case 'time': return { code: 'refused', level: 'bad', sentence: `${refused} They are more than 5 minutes off by this server's clock.`, action: 'Set this server\'s clock (NTP). What was refused comes again for a day; after that, run a reconcile.' }
    case 'headers': return { code: 'unsigned', level: 'warn', sentence: `${requests(streak)} since ${clock(since, checkedAt)} came to the webhook's address without a signature, and none with one.`, action: 'If they are Clerk\'s, something on the way removes the svix headers: look at your proxy. If not, there is nothing to do.' }
  }
}

function judgeDeliveries(facts: MirrorFacts): Problem[] {
  const { lastEventAt, failed, rejected, count, checkedAt } = facts
  const problems: Problem[] = []
  const refused = facts.refusals.some(({ reason, streak }) => reason !== 'headers' && streak > 0)
  const differs = count.state === 'known' && count.clerk !== count.ours
  if (lastEventAt === null && !refused) {
    problems.push({ code: 'never-heard', level: differs ? 'bad' : 'warn', sentence: 'No event of Clerk has arrived yet, so nothing keeps this copy up to date.', action: 'Add this server\'s /api/webhooks as an endpoint (Clerk dashboard, Webhooks) with user.created, user.updated and user.deleted. If it is there, its deliveries say why they fail.' })
  }
  if (lastEventAt !== null && isCutOff(lastEventAt, count, checkedAt)) {
    problems.push({ code: 'stopped', level: 'bad', sentence: `Deliveries have stopped: the last event came ${ago(lastEventAt, checkedAt)}, and Clerk's count differs from yours.`, action: 'Look at your endpoint (Clerk dashboard, Webhooks): is it enabled, and does its address reach this server? Then run a reconcile.' })
  }
  if (failed.count > 0) {
    const latest = failed.lastAt !== null && (lastEventAt === null || failed.lastAt > lastEventAt)
    problems.push({ code: 'failed', level: latest ? 'bad' : 'warn', sentence: `${events(failed.count)} of the last day failed here and ${failed.count === 1 ? 'has' : 'have'} not been applied since.`, action: 'The event log says why. Clerk delivers them again for a day; after that, run a reconcile.' })
  }
  if (rejected.count > 0) {
    problems.push({ code: 'rejected', level: 'warn', sentence: `${events(rejected.count)} of the last day could not be used${rejected.reason ? ` (the last one: ${rejected.reason.replace(/\.$/, '')})` : ''}.`, action: 'The event log says what each one needs.' })
  }
  return problems
}

function judgeCount({ count, lastEventAt, checkedAt }: MirrorFacts): Problem[] {
  if (count.state === 'unknown') {
    return count.unauthorized ? [] : [{ code: 'clerk-silent', level: 'warn', sentence: `Clerk did not say how many users it has, so nobody can tell whether the copy is whole. ${count.reason}`, action: 'Look again in a minute. If it stays so: does this server reach Clerk\'s Backend API, and does status.clerk.com say more?' }]
  }
  if (count.differsSince === null || count.clerk === count.ours) return []
  const settled = age(count.differsSince, checkedAt) >= ON_ITS_WAY_MS || lastEventAt === null || age(lastEventAt, checkedAt) > MINUTE
  const sentence = `Clerk has ${users(count.clerk)}, and ${number(count.ours)} are here.`
  return settled
    ? [{ code: 'count', level: 'warn', sentence: `Your copy is not whole: ${sentence}`, action: 'Run a reconcile (dry run first): it finds who is missing or gone, and repairs it.' }]
    : [{ code: 'count', level: 'note', sentence: `${sentence} Events are coming in, so this may even out by itself.`, action: null }]
}

function judgeScans({ lastReconcile, cutOff, running, checkedAt }: MirrorFacts): Problem[] {
  const problems: Problem[] = []
  if (cutOff) problems.push({ code: 'cut-off', level: 'warn', sentence: `The scan of ${clock(cutOff.startedAt, checkedAt)} ended in the middle: its process is gone.`, action: 'Start it again: it is safe.' })
  if (!lastReconcile) {
    if (!running && !cutOff) problems.push({ code: 'never-compared', level: 'note', sentence: 'This copy has never been compared with Clerk, user by user.', action: 'Run a reconcile (dry run first), and set RECONCILE_CRON so that it happens by itself.' })
    return problems
  }
  const { error, found, dryRun, startedAt } = lastReconcile
  const which = `The last reconcile (${clock(startedAt, checkedAt)})`
  if (error) problems.push({ code: 'run-failed', level: 'warn', sentence: `${which} failed: ${error}`, action: 'Mend what it says, and run it again.' })
  if (found?.refused) problems.push({ code: 'run-refused', level: 'warn', sentence: `${which} took no one for gone: ${found.refused}`, action: 'Check the secret key first. If those users are really gone, run it again with force.' })
  const differences = found ? driftKinds.reduce((sum, kind) => sum + found.driftCounts[kind], 0) : 0
  if (dryRun && !error && differences > 0) problems.push({ code: 'drift', level: 'warn', sentence: `${which} was a dry run and found ${users(differences)} that differ; nothing has repaired them since.`, action: 'Run a reconcile that is not dry.' })
  return problems
}

function judgePending({ pending, checkedAt }: MirrorFacts): Problem[] {
  if (pending.count === 0 || pending.since === null || age(pending.since, checkedAt) < PENDING_LIMIT_MS) return []
  return [{ code: 'pending', level: 'warn', sentence: `${users(pending.count)} ${pending.count === 1 ? 'waits' : 'wait'} for news of Clerk, the first since ${clock(pending.since, checkedAt)}.`, action: 'Re-sync them from the list of users, or run a reconcile.' }]
}

const age = (from: string, to: string) => Date.parse(to) - Date.parse(from)
const number = (value: number) => value.toLocaleString('en-GB')
const plural = (count: number, one: string, many: string) => `${number(count)} ${count === 1 ? one : many}`
const users = (count: number) => plural(count, 'user', 'users')
const events = (count: number) => plural(count, 'event', 'events')
const deliveries = (count: number) => plural(count, 'delivery', 'deliveries')
const requests = (count: number) => plural(count, 'request', 'requests')

function ago(iso: string, now: string): string {
  const minutes = Math.floor(Math.max(0, age(iso, now)) / MINUTE)
  if (minutes < 1) return 'less than a minute ago'
  if (minutes < 120) return `${plural(minutes, 'minute', 'minutes')} ago`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} hours ago` : `${Math.floor(minutes / 60 / 24)} days ago`
}

/** `14:02 UTC`, with the day when it is another one. */
function clock(iso: string, now: string): string {
  const time = `${iso.slice(11, 16)} UTC`
  return iso.slice(0, 10) === now.slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`
}
