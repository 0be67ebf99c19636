import { describe, expect, it } from 'vitest'
import { judgeMirror } from '#server/sync/health/verdict.ts'
import type { MirrorFacts, RunSummary } from '#shared/types/admin.ts'

const now = '2026-03-10T14:30:00.000Z'
const before = (minutes: number) => new Date(Date.parse(now) - minutes * 60_000).toISOString()
const days = (count: number) => count * 24 * 60

const drift = { missing: 0, stale: 0, gone: 0, revived: 0 }
const run: RunSummary = {
  id: '01900000-0000-7000-8000-000000000000', kind: 'reconcile', dryRun: false, startedBy: 'schedule', startedByName: null,
  startedAt: before(600), finishedAt: before(599), counts: { seen: 5, total: 5, written: 0 }, progress: null,
  found: { driftCounts: drift, refused: null, unusable: 0, unconfirmed: 0 }, error: null,
}
const well: MirrorFacts = {
  checkedAt: now,
  lastEventAt: before(3),
  lastVerifiedAt: before(3),
  count: { state: 'known', clerk: 1234, ours: 1234, at: now, differsSince: null },
  users: { here: 1234, pending: 0, gone: 6 },
  pending: { count: 0, since: null },
  failed: { count: 0, lastAt: null },
  rejected: { count: 0, lastAt: null, last: null },
  refusals: [],
  running: null,
  cutOff: null,
  lastReconcile: run,
  lastRepairAt: before(599),
  nextReconcileAt: null,
  instance: { mirrored: 'ins_1', foreign: null },
  origin: 'https://rollcall.example',
  keys: { signingSecrets: 1, publishable: 'test', secret: 'test' },
}
const judge = (facts: Partial<MirrorFacts>) => judgeMirror({ ...well, ...facts })
const differs = (since: number): MirrorFacts['count'] => ({ state: 'known', clerk: 1236, ours: 1234, at: now, differsSince: before(since) })

describe('the verdict', () => {
  it('is ok, in words, when all is well', () => {
    expect(judge({})).toEqual({ level: 'ok', sentence: 'Your copy is right: 1,234 users, as many as Clerk has. The last event came 3 minutes ago.', problems: [] })
  })

  it.each<[string, Partial<MirrorFacts>, string, string, RegExp]>([
    ['another instance', { instance: { mirrored: 'ins_1', foreign: 'ins_2' } }, 'instance', 'bad', /refused: NUXT_CLERK_SECRET_KEY belongs to the Clerk instance ins_2, but this database mirrors ins_1\./],
    ['keys of two kinds', { keys: { signingSecrets: 1, publishable: 'live', secret: 'test' } }, 'keys', 'bad', /live key.*test one/],
    ['a key that Clerk refuses', { count: { state: 'unknown', at: now, failure: { code: 'unauthorized', status: 401 } } }, 'secret-key', 'bad', /refuses the secret key/],
    ['Clerk out of reach', { count: { state: 'unknown', at: now, failure: { code: 'silent', status: null } } }, 'clerk-silent', 'warn', /Clerk did not answer\.$/],
    ['a wrong signing secret', { refusals: [{ reason: 'signature', day: 4, streak: 4, since: before(28), lastAt: before(1) }], lastEventAt: before(30), lastVerifiedAt: before(30) }, 'refused', 'bad', /^Clerk's deliveries are refused: 4 since 14:02 UTC .* The signing secret here is not the endpoint's\.$/],
    ['a wrong signing secret from the first day', { refusals: [{ reason: 'signature', day: 1, streak: 1, since: before(28), lastAt: before(1) }], lastEventAt: null, lastVerifiedAt: null }, 'refused', 'bad', /refused: 1 since/],
    ['a wrong clock', { refusals: [{ reason: 'time', day: 4, streak: 4, since: before(28), lastAt: before(1) }], lastVerifiedAt: before(30) }, 'refused', 'bad', /clock/],
    ['headers lost on the way', { refusals: [{ reason: 'headers', day: 4, streak: 4, since: before(28), lastAt: before(1) }], lastVerifiedAt: before(30) }, 'unsigned', 'warn', /without a signature/],
    ['no event ever', { lastEventAt: null, lastVerifiedAt: null }, 'never-heard', 'warn', /No event of Clerk/],
    ['no event ever, and counts that differ', { lastEventAt: null, lastVerifiedAt: null, count: differs(5) }, 'never-heard', 'bad', /No event of Clerk/],
    ['a week of silence, and counts that differ', { lastEventAt: before(days(8)), count: differs(5) }, 'stopped', 'bad', /^Deliveries have stopped: the last event came 8 days ago/],
    ['counts that differ', { count: differs(5) }, 'count', 'warn', /^Your copy is not whole: Clerk has 1,236 users, and 1,234 are here\.$/],
    ['events that failed and were applied since to none', { failed: { count: 2, lastAt: before(10) } }, 'failed', 'warn', /^2 events of the last day failed here and have not/],
    ['events that fail now', { failed: { count: 1, lastAt: before(1) } }, 'failed', 'bad', /^1 event of the last day failed here and has not/],
    ['rejected events', { rejected: { count: 1, lastAt: before(1), last: { type: 'user.created', reason: 'unusable-user', details: { path: 'data.id', expected: 'string' } } } }, 'rejected', 'warn', /The last one: .*\(data\.id: string\)\.$/],
    ['a reconcile that failed', { lastReconcile: { ...run, error: { code: 'clerk', failure: { code: 'status', status: 500 } } } }, 'run-failed', 'warn', /04:30 UTC\) failed: Clerk answered 500\./],
    ['a reconcile that refused', { lastReconcile: { ...run, found: { driftCounts: drift, refused: { found: 40, limit: 10 }, unusable: 0, unconfirmed: 0 } } }, 'run-refused', 'warn', /deleted no one: 40 users/],
    ['drift that a dry run found', { lastReconcile: { ...run, dryRun: true, found: { driftCounts: { ...drift, stale: 2 }, refused: null, unusable: 0, unconfirmed: 0 } } }, 'drift', 'warn', /found 2 users that differ/],
    ['a scan whose process died', { cutOff: { ...run, finishedAt: null } }, 'cut-off', 'warn', /ended in the middle/],
    ['rows that wait for long', { pending: { count: 1, since: before(6) } }, 'pending', 'warn', /^1 user waits for news of Clerk, the first since 14:24 UTC\.$/],
  ])('names %s', (_what, facts, code, level, sentence) => {
    const verdict = judge(facts)
    expect(verdict.level).toBe(level)
    expect(verdict.problems[0]).toMatchObject({ code, level })
    expect(verdict.sentence).toMatch(sentence)
    expect(verdict.sentence).toBe(verdict.problems[0]?.sentence)
    expect(verdict.problems[0]?.action).toBeTruthy()
  })

  it.each<[string, Partial<MirrorFacts>, string | null]>([
    ['a forged delivery among good ones', { refusals: [{ reason: 'signature', day: 4, streak: 0, since: null, lastAt: before(10) }] }, 'forged'],
    ['a difference that may be on its way', { count: { state: 'known', clerk: 1235, ours: 1234, at: now, differsSince: before(0.1) }, lastEventAt: before(0.2) }, 'count'],
    ['a copy never compared', { lastReconcile: null }, 'never-compared'],
    ['a week of silence with equal counts', { lastEventAt: before(days(8)) }, null],
    ['a real reconcile that repaired drift', { lastReconcile: { ...run, found: { driftCounts: { ...drift, stale: 2 }, refused: null, unusable: 0, unconfirmed: 0 } } }, null],
    ['a row that has just begun to wait', { pending: { count: 1, since: before(1) } }, null],
  ])('stays ok with %s', (_what, facts, code) => {
    const { level, problems } = judge(facts)
    expect(level).toBe('ok')
    expect(problems.map(problem => problem.code)).toEqual(code ? [code] : [])
  })

  it('puts the worst first', () => {
    const { level, problems } = judge({ lastReconcile: null, pending: { count: 1, since: before(60) }, instance: { mirrored: null, foreign: 'ins_2' } })
    expect(level).toBe('bad')
    expect(problems.map(problem => problem.level)).toEqual(['bad', 'warn', 'note'])
  })

  it('speaks of days when it was another day', () => {
    expect(judge({ pending: { count: 2, since: before(days(2)) } }).sentence).toContain('2026-03-08 14:30 UTC')
  })
})
