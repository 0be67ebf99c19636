import type { MirrorFacts, Problem, Refusals, Verdict, VerdictPart } from '#shared/types/admin.ts'
import type { CopyState, EndpointState, Level } from '#shared/types/sync.ts'
import { driftKinds, levels } from '#shared/types/sync.ts'
import { problem } from './problems.ts'
import { age, ago, agoExact, seconds } from './words.ts'

const MINUTE = 60_000
export const PENDING_LIMIT_MS = 5 * MINUTE
/** The server erases each hour, so this is many times in a row that something was not erased. */
export const ERASE_LATE_MS = 24 * 60 * MINUTE
/** A check is late after three intervals and half a minute: an instance may restart, and Clerk may ask to wait. */
export const lateAfterMs = (everySeconds: number) => everySeconds * 3_000 + 30_000

/**
 * Whether the copy is right and whether its webhooks work, from the facts alone: what is wrong, the worst first, and
 * what to do about it. "Equal" is said only of what was compared: one finished full comparison, no gap in the checks
 * since, equal counts, and nothing left to repair.
 */
export function judgeMirror(facts: MirrorFacts): Verdict {
  const ofCopy = judgeCopy(facts)
  const ofEndpoint = judgeEndpoint(facts)
  const copy = partOf(ofCopy.problems, ofCopy.state, ofCopy.sentence)
  const endpoint = partOf(ofEndpoint.problems, ofEndpoint.state, ofEndpoint.sentence)
  const ofWires = judgeWires(facts)
  const worse = [copy, endpoint, ...ofWires].reduce((worst, one) => rank(one.level) > rank(worst.level) ? one : worst)
  return {
    level: worse.level,
    sentence: worse.sentence,
    copy,
    endpoint,
    problems: [...ofCopy.problems, ...ofEndpoint.problems, ...judgeProxies(facts), ...ofWires].sort((a, b) => rank(b.level) - rank(a.level)),
  }
}

const rank = (level: Level) => levels.indexOf(level)

/** A part is as bad as its worst problem. Its own state speaks when none is worse than a note. */
function partOf<State extends CopyState | EndpointState>(problems: Problem[], state: State, own: { level: Level, sentence: string }): VerdictPart<State> {
  const worst = [...problems].sort((a, b) => rank(b.level) - rank(a.level))[0]
  return worst && rank(worst.level) > rank(own.level) && worst.level !== 'note'
    ? { state, level: worst.level, sentence: worst.sentence }
    : { state, ...own }
}

interface Judged<State> { state: State, sentence: { level: Level, sentence: string }, problems: Problem[] }

function judgeCopy(facts: MirrorFacts): Judged<CopyState> {
  const { checkedAt: now, check, running } = facts
  const problems = [...judgeKeys(facts), ...judgeComparison(facts), ...judgeScans(facts), ...judgePending(facts), ...judgeErasure(facts)]
  const is = (...codes: Problem['code'][]) => problems.some(({ code }) => codes.includes(code))
  if (is('instance', 'secret-key')) return { state: 'blocked', sentence: { level: 'note', sentence: '' }, problems }
  if (is('not-compared', 'check-off', 'check-late', 'behind')) return { state: 'not-compared', sentence: { level: 'note', sentence: '' }, problems }
  if (is('never-compared')) return { state: 'not-compared-yet', sentence: { level: 'note', sentence: running ? 'Not compared yet: the first full comparison is running.' : 'Not compared yet.' }, problems }
  if (is('count', 'unwritten', 'unstorable', 'run-refused', 'drift')) return { state: 'differs', sentence: { level: 'note', sentence: '' }, problems }
  const until = check.seenUntil ? seconds(check.seenUntil, now) : ''
  const checked = check.checkedAt ? ` (checked ${agoExact(check.checkedAt, now)})` : ''
  if (check.left.length > 0 || check.differsSince !== null) {
    return { state: 'catching-up', sentence: { level: 'note', sentence: `Your copy is catching up: Clerk changed something a moment ago. Every change until ${until} is here${checked}.` }, problems }
  }
  return { state: 'equal', sentence: { level: 'ok', sentence: `Your copy equals Clerk's. Every change until ${until} is here${checked}.` }, problems }
}

function judgeKeys({ instance: { mirrored, foreign }, keys, check }: MirrorFacts): Problem[] {
  const problems: Problem[] = []
  if (foreign) problems.push(problem('instance', { mirrored, foreign }))
  if (keys.publishable !== keys.secret) problems.push(problem('keys', keys))
  if (check.failure?.code === 'unauthorized') problems.push(problem('secret-key'))
  return problems
}

/** Whether the checks know that the copy is equal. `npm run doctor` asks too, with a part of the facts. */
export function judgeComparison({ check, checkedAt: now }: Pick<MirrorFacts, 'check' | 'checkedAt'>): Problem[] {
  const { every, scans, failure, checkedAt, comparedAt, seenUntil, needs, counts } = check
  const since = seenUntil ?? comparedAt
  if (every === 0) return [problem('check-off', { since, now })]
  if (failure && failure.code !== 'unauthorized') return [problem('not-compared', { failure, since, now })]
  if (comparedAt === null) return [problem('never-compared', { every, scans })]
  if (checkedAt === null || age(checkedAt, now) > lateAfterMs(every)) return [problem('check-late', { since, every, now })]
  if (needs === 'behind' || needs === 'import' || needs === 'gap') return [problem('behind', { since, scans, gap: needs === 'gap', now })]
  const problems: Problem[] = []
  if (check.failed.length > 0) problems.push(problem('unwritten', { count: check.failed.length }))
  if (check.unstorable.length > 0) problems.push(problem('unstorable', { count: check.unstorable.length }))
  // A difference of one or two checks is news on its way; after the third the place is looked for.
  if (counts && check.differed >= 3) problems.push(problem('count', { ...counts, since: check.differsSince, now }))
  return problems
}

function judgeScans({ lastReconcile, cutOff, checkedAt: now }: MirrorFacts): Problem[] {
  const problems: Problem[] = []
  if (cutOff) problems.push(problem('cut-off', { startedAt: cutOff.startedAt, now }))
  if (!lastReconcile) return problems
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

function judgeErasure({ eraseDueAt, checkedAt: now }: MirrorFacts): Problem[] {
  return eraseDueAt === null || age(eraseDueAt, now) < ERASE_LATE_MS ? [] : [problem('erase-late', { dueAt: eraseDueAt, now })]
}

function judgeEndpoint(facts: MirrorFacts): Judged<EndpointState> {
  const { checkedAt: now, lastEventAt, keys, check, origin } = facts
  const by = check.every === 0 ? '' : ` The check brings every change within ${check.every} seconds.`
  if (keys.signingSecrets === 0) return { state: 'none', sentence: { level: 'note', sentence: `No webhook endpoint: no signing secret is set.${by}` }, problems: [] }

  const problems = [
    ...facts.refusals.map(refusals => judgeRefusals(refusals, facts)),
    ...facts.repairs.count > 0 ? [problem('missed', facts.repairs)] : [],
    ...judgeEvents(facts),
    ...lastEventAt === null ? [problem('never-heard', { checked: check.every > 0, missed: facts.repairs.count > 0, origin })] : [],
  ]
  const is = (...codes: Problem['code'][]) => problems.some(({ code }) => codes.includes(code))
  const own = lastEventAt === null
    ? { level: 'note' as const, sentence: `No event has arrived by webhook yet.${by}` }
    : { level: 'ok' as const, sentence: `Webhooks work. The last event came ${ago(lastEventAt, now)}.` }
  if (is('refused')) return { state: 'refused', sentence: own, problems }
  if (is('failed', 'rejected')) return { state: 'failing', sentence: own, problems }
  if (is('missed')) return { state: 'missed', sentence: own, problems }
  return { state: lastEventAt === null ? 'quiet' : 'ok', sentence: own, problems }
}

/** A request that is not signed rightly proves nothing by itself. A change that the check had to repair meanwhile does. */
function judgeRefusals({ reason, day, streak, since }: Refusals, { checkedAt: now, lastVerifiedAt, repairs, check }: MirrorFacts): Problem {
  const noneVerified = streak > 0 && since !== null && (lastVerifiedAt === null || lastVerifiedAt <= since)
  if (!noneVerified) return problem('forged', { day })
  if (reason === 'headers') return problem('unsigned', { streak, since, now })
  const proven = repairs.lastAt !== null && repairs.lastAt >= since
  if (proven) return problem('refused', { reason, streak, since, now, level: 'bad' })
  return check.every === 0 && streak >= 3 ? problem('refused', { reason, streak, since, now, level: 'warn' }) : problem('refused-some', { reason, streak, since, now })
}

function judgeEvents({ lastEventAt, failed, rejected }: MirrorFacts): Problem[] {
  const problems: Problem[] = []
  if (failed.count > 0) {
    const isLatest = failed.lastAt !== null && (lastEventAt === null || failed.lastAt > lastEventAt)
    problems.push(problem('failed', { count: failed.count, now: isLatest }))
  }
  if (rejected.count > 0) problems.push(problem('rejected', rejected))
  return problems
}

/** A limit by address is no part of the copy, but nobody looks elsewhere. `npm run doctor` asks too. */
export const judgeProxies = ({ proxies: { trusted, forwardedAt }, checkedAt: now }: Pick<MirrorFacts, 'proxies' | 'checkedAt'>): Problem[] =>
  trusted === 0 && forwardedAt !== null ? [problem('forwarded', { at: forwardedAt, now })] : []

function judgeWires({ wires: { silent: { count, lastAt }, deaf, replica }, failingWrites, checkedAt: now }: MirrorFacts): Problem[] {
  return [
    ...failingWrites ? [problem('writes-fail', { ...failingWrites, now })] : [],
    ...lastAt === null ? [] : [problem('silent', { count, lastAt, now })],
    ...deaf ? [problem('deaf')] : [],
    ...replica === null || replica === 'used' ? [] : [problem('replica', { state: replica })],
  ]
}

/**
 * Why `GET /api/health` says `degraded`, a sentence: the copy is not known to be right, the endpoint is bad, or the
 * connections to Postgres fail. The first two never with the check off. Null when it is not.
 */
export function degradedBy({ copy, endpoint, problems, sentence }: Verdict, everySeconds: number): string | null {
  if (everySeconds > 0 && (copy.level === 'bad' || copy.state === 'differs' || (copy.state === 'not-compared' && rank(copy.level) >= rank('warn')) || endpoint.level === 'bad')) return sentence
  return problems.find(({ code }) => code === 'writes-fail' || code === 'silent' || code === 'deaf')?.sentence ?? null
}
