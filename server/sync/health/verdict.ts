import type { MirrorFacts, Problem, Refusals, Verdict } from '#shared/types/admin.ts'
import { driftKinds, levels } from '#shared/types/sync.ts'
import { problem } from './problems.ts'
import { age, ago, number, users } from './words.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** A community may be quiet for days; for a week, with counts that differ, it is not quiet but cut off. */
export const SILENCE_LIMIT_MS = 7 * DAY
/** News of a change is on its way for a moment: counts that differ for less, while events come in, are no fault yet. */
export const ON_ITS_WAY_MS = 15_000
export const PENDING_LIMIT_MS = 5 * MINUTE

/** Whether the copy is right, from the facts alone: what is wrong, the worst first, and what to do about it. */
export function judgeMirror(facts: MirrorFacts): Verdict {
  const problems = [
    ...judgeKeys(facts),
    ...facts.refusals.map(refusals => judgeRefusals(refusals, facts)),
    ...judgeDeliveries(facts),
    ...judgeCount(facts),
    ...judgeScans(facts),
    ...judgePending(facts),
  ].sort((a, b) => levels.indexOf(b.level) - levels.indexOf(a.level))
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

function judgeKeys({ instance: { mirrored, foreign }, keys, count }: MirrorFacts): Problem[] {
  const problems: Problem[] = []
  if (foreign) problems.push(problem('instance', { mirrored, foreign }))
  if (keys.publishable !== keys.secret) problems.push(problem('keys', keys))
  if (count.state === 'unknown' && count.failure.code === 'unauthorized') problems.push(problem('secret-key'))
  return problems
}

function judgeRefusals({ reason, day, streak, since }: Refusals, { checkedAt: now, lastVerifiedAt }: MirrorFacts): Problem {
  if (streak === 0 || since === null || (lastVerifiedAt !== null && lastVerifiedAt > since)) return problem('forged', { day })
  return reason === 'headers' ? problem('unsigned', { streak, since, now }) : problem('refused', { reason, streak, since, now })
}

function judgeDeliveries({ lastEventAt, failed, rejected, refusals, count, checkedAt: now, origin }: MirrorFacts): Problem[] {
  const problems: Problem[] = []
  const refused = refusals.some(({ reason, streak }) => reason !== 'headers' && streak > 0)
  const differs = count.state === 'known' && count.clerk !== count.ours
  if (lastEventAt === null && !refused) problems.push(problem('never-heard', { differs, origin }))
  if (lastEventAt !== null && isCutOff(lastEventAt, count, now)) problems.push(problem('stopped', { lastEventAt, now }))
  if (failed.count > 0) {
    const isLatest = failed.lastAt !== null && (lastEventAt === null || failed.lastAt > lastEventAt)
    problems.push(problem('failed', { count: failed.count, now: isLatest }))
  }
  if (rejected.count > 0) problems.push(problem('rejected', rejected))
  return problems
}

function judgeCount({ count, lastEventAt, checkedAt }: MirrorFacts): Problem[] {
  if (count.state === 'unknown') return count.failure.code === 'unauthorized' ? [] : [problem('clerk-silent', count)]
  if (count.differsSince === null || count.clerk === count.ours) return []
  const settled = age(count.differsSince, checkedAt) >= ON_ITS_WAY_MS || lastEventAt === null || age(lastEventAt, checkedAt) > MINUTE
  return [problem('count', { ...count, settled })]
}

function judgeScans({ lastReconcile, cutOff, running, checkedAt: now }: MirrorFacts): Problem[] {
  const problems: Problem[] = []
  if (cutOff) problems.push(problem('cut-off', { startedAt: cutOff.startedAt, now }))
  if (!lastReconcile) {
    if (!running && !cutOff) problems.push(problem('never-compared'))
    return problems
  }
  const { error, found, dryRun, startedAt } = lastReconcile
  if (error) problems.push(problem('run-failed', { startedAt, error, now }))
  if (found?.refused) problems.push(problem('run-refused', { startedAt, refused: found.refused, now }))
  const differences = found ? driftKinds.reduce((sum, kind) => sum + found.driftCounts[kind], 0) : 0
  if (dryRun && !error && differences > 0) problems.push(problem('drift', { startedAt, differences, now }))
  return problems
}

function judgePending({ pending: { count, since }, checkedAt: now }: MirrorFacts): Problem[] {
  return count === 0 || since === null || age(since, now) < PENDING_LIMIT_MS ? [] : [problem('pending', { count, since, now })]
}
