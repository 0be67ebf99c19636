import { describe, expect, it } from 'vitest'
import { degradedBy, judgeMirror } from '#server/sync/health/verdict.ts'
import { nothingKnown } from '#server/sync/scan/check.ts'
import type { MirrorCheck, MirrorFacts, RunSummary } from '#shared/types/admin.ts'

const now = '2026-03-10T14:30:00.000Z'
const before = (minutes: number) => new Date(Date.parse(now) - minutes * 60_000).toISOString()
const days = (count: number) => count * 24 * 60

const drift = { missing: 0, stale: 0, gone: 0, revived: 0 }
const run: RunSummary = {
  id: '01900000-0000-7000-8000-000000000000', kind: 'reconcile', dryRun: false, startedBy: 'schedule', startedByName: null,
  startedAt: before(600), finishedAt: before(599), counts: { seen: 5, total: 5, written: 0 }, progress: null,
  found: { driftCounts: drift, refused: null, unusable: 0, unconfirmed: 0 }, error: null,
}
const found = { driftCounts: { ...drift, stale: 2 }, refused: null, unusable: 0, unconfirmed: 0 }
const checkWell: MirrorCheck = {
  ...nothingKnown, counts: { clerk: 1234, ours: 1234, unstorable: 0 },
  every: 60, seenUntil: before(0.3), checkedAt: before(0.2), comparedAt: before(600),
}
const well: MirrorFacts = {
  checkedAt: now,
  lastEventAt: before(3),
  lastVerifiedAt: before(3),
  check: checkWell,
  repairs: { count: 0, lastAt: null, users: [] },
  users: { here: 1234, pending: 0, gone: 6 },
  pending: { count: 0, since: null },
  failed: { count: 0, lastAt: null },
  rejected: { count: 0, lastAt: null, last: null },
  eraseDueAt: before(days(1) - 1),
  refusals: [],
  running: null,
  cutOff: null,
  lastReconcile: run,
  lastRepairAt: before(599),
  nextReconcileAt: null,
  instance: { mirrored: 'ins_1', foreign: null },
  keys: { signingSecrets: 1, publishable: 'test', secret: 'test' },
  proxies: { trusted: 0, forwardedAt: null },
  origin: 'https://rollcall.example',
  wires: { silent: { count: 0, lastAt: null }, deaf: false, replica: null },
  failingWrites: null,
}
const judge = (facts: Partial<MirrorFacts>) => judgeMirror({ ...well, ...facts })
const check = (change: Partial<MirrorCheck>): Partial<MirrorFacts> => ({ check: { ...checkWell, ...change } })
const refused = (reason: 'signature' | 'time' | 'headers', streak = 4): MirrorFacts['refusals'] => [{ reason, day: 4, streak, since: streak > 0 ? before(28) : null, lastAt: before(1) }]
const repaired = (at: number): MirrorFacts['repairs'] => ({ count: 3, lastAt: before(at), users: [{ id: 'user_1', name: 'Ada', kind: 'stale' }, { id: 'user_2', name: null, kind: 'missing' }] })
const silence = { lastEventAt: before(60), lastVerifiedAt: before(60) }

it('says equal, until when by Clerk\'s clock, and that webhooks work', () => {
  const verdict = judge({})
  expect(verdict).toMatchObject({
    level: 'ok',
    sentence: 'Your copy equals Clerk\'s. Every change until 14:29:42 UTC is here (checked 12 s ago).',
    copy: { state: 'equal', level: 'ok' },
    endpoint: { state: 'ok', level: 'ok', sentence: 'Webhooks work. The last event came 3 minutes ago.' },
    problems: [],
  })
  expect(degradedBy(verdict, 60) !== null).toBe(false)
})

describe('the copy is green only when it was compared', () => {
  it.each<[string, Partial<MirrorFacts>, string, string, string, RegExp]>([
    ['another instance', { instance: { mirrored: 'ins_1', foreign: 'ins_2' } }, 'blocked', 'bad', 'instance', /refused: The secret key belongs to the Clerk instance ins_2, but this database mirrors ins_1\./],
    ['a key that Clerk refuses', check({ failure: { code: 'unauthorized', status: 401 } }), 'blocked', 'bad', 'secret-key', /refuses the secret key/],
    ['no full comparison yet', check({ comparedAt: null, seenUntil: null }), 'not-compared-yet', 'note', 'never-compared', /^Not compared yet\.$/],
    ['the check turned off', check({ every: 0 }), 'not-compared', 'warn', 'check-off', /^Not compared since 14:29 UTC\. The check is off/],
    ['Clerk silent', check({ failure: { code: 'silent', status: null } }), 'not-compared', 'warn', 'not-compared', /^Not compared since 14:29 UTC\. Clerk did not answer\.$/],
    ['Clerk asking to slow down', check({ failure: { code: 'rate-limited', status: 429 } }), 'not-compared', 'warn', 'not-compared', /asked too often/],
    ['no check for four minutes', check({ checkedAt: before(4), seenUntil: before(4) }), 'not-compared', 'warn', 'check-late', /^Not compared since 14:26 UTC\. A check is due every 60 seconds/],
    ['no check for so long that deliveries may be lost', check({ needs: 'gap' }), 'not-compared', 'warn', 'behind', /No check finished for a while.*full comparison starts by itself/],
    ['more changes than a check reads', check({ needs: 'behind' }), 'not-compared', 'warn', 'behind', /full comparison starts by itself/],
    ['the same where no scan starts by itself', check({ needs: 'behind', scans: false }), 'not-compared', 'warn', 'behind', /full comparison is needed/],
    ['counts that differ for three checks', check({ differed: 3, differsSince: before(3), counts: { clerk: 1236, ours: 1234, unstorable: 1 } }), 'differs', 'warn', 'count', /^1 user is missing: Clerk has 1,236, and 1,234 are here, besides 1 that cannot be stored, since 14:27 UTC\.$/],
    ['a change that could not be written', check({ failed: ['user_1'] }), 'differs', 'warn', 'unwritten', /^1 change from Clerk could not be written/],
    ['a user who cannot be stored', check({ unstorable: ['user_1'] }), 'differs', 'warn', 'unstorable', /^1 user in Clerk cannot be stored/],
    ['a reconcile that refused to delete', { lastReconcile: { ...run, found: { ...found, refused: { found: 40, limit: 10 } } } }, 'differs', 'warn', 'run-refused', /deleted no one: 40 users/],
    ['drift that a dry run found', { lastReconcile: { ...run, dryRun: true, found } }, 'differs', 'warn', 'drift', /found 2 users that differ/],
  ])('%s', (_what, facts, state, level, code, sentence) => {
    const { copy, problems } = judge(facts)
    expect(copy).toMatchObject({ state, level })
    expect(copy.sentence).toMatch(sentence)
    expect(problems.map(problem => problem.code)).toContain(code)
  })

  it.each<[string, Partial<MirrorFacts>]>([
    ['a change left to its webhook', check({ left: ['user_1'] })],
    ['counts that differ for one check', check({ differed: 1, differsSince: before(0.2), counts: { clerk: 1235, ours: 1234, unstorable: 0 } })],
  ])('%s is catching up', (_what, facts) => {
    const verdict = judge(facts)
    expect(verdict.copy).toMatchObject({ state: 'catching-up', level: 'note' })
    expect(verdict.sentence).toMatch(/^Your copy is catching up: .* Every change until 14:29:42 UTC is here/)
    expect(degradedBy(verdict, 60) !== null).toBe(false)
  })

  it.each<[string, Partial<MirrorFacts>, string, RegExp]>([
    ['a reconcile that failed', { lastReconcile: { ...run, error: { code: 'clerk', failure: { code: 'status', status: 500 } } } }, 'run-failed', /04:30 UTC\) failed: Clerk answered 500\./],
    ['a scan whose process died', { cutOff: { ...run, finishedAt: null } }, 'cut-off', /ended in the middle/],
    ['rows that wait for long', { pending: { count: 1, since: before(6) } }, 'pending', /^1 user is still waiting for data from Clerk, the first since 14:24 UTC\.$/],
    ['what was to be erased a day ago', { eraseDueAt: before(days(1)) }, 'erase-late', /^Something due to be erased by 2026-03-09 14:30 UTC is still here/],
    ['rows that wait since another day', { pending: { count: 2, since: before(days(2)) } }, 'pending', /since 2026-03-08 14:30 UTC/],
    ['keys of two kinds', { keys: { signingSecrets: 1, publishable: 'live', secret: 'test' } }, 'keys', /live key.*test one/],
  ])('%s is said', (_what, facts, code, sentence) => {
    const { problems, level } = judge(facts)
    expect(level).not.toBe('ok')
    expect(problems.find(problem => problem.code === code)?.sentence).toMatch(sentence)
  })
})

describe('the endpoint', () => {
  it.each<[string, Partial<MirrorFacts>, string, string, RegExp]>([
    ['a change that only the check brought', { repairs: repaired(5) }, 'missed', 'warn', /^3 changes in the last 24 h never arrived by webhook and were repaired by the check: Ada, user_2 and others\.$/],
    ['a wrong secret, and a repair since', { ...silence, refusals: refused('signature'), repairs: repaired(5) }, 'refused', 'bad', /^Clerk's deliveries are refused: 4 since 14:02 UTC .* The signing secret here is not the endpoint's\.$/],
    ['a wrong clock, and a repair since', { ...silence, refusals: refused('time'), repairs: repaired(5) }, 'refused', 'bad', /clock/],
    ['events that failed before the last good one', { failed: { count: 2, lastAt: before(10) } }, 'failing', 'warn', /^2 events failed here in the last 24 h and have not/],
    ['events that fail now', { failed: { count: 1, lastAt: before(1) } }, 'failing', 'bad', /^1 event failed here in the last 24 h and has not/],
    ['rejected events', { rejected: { count: 1, lastAt: before(1), last: { type: 'user.created', reason: 'unusable-user', details: { path: 'data.id', expected: 'string' } } } }, 'failing', 'warn', /The latest: .*\(data\.id: string\)\.$/],
    ['no event ever, and repairs', { lastEventAt: null, lastVerifiedAt: null, repairs: repaired(5) }, 'missed', 'warn', /repaired by the check/],
    ['no event ever', { lastEventAt: null, lastVerifiedAt: null }, 'quiet', 'note', /^No event has arrived by webhook yet\. The check brings every change within 60 seconds\.$/],
    ['no signing secret', { lastEventAt: null, lastVerifiedAt: null, keys: { signingSecrets: 0, publishable: 'test', secret: 'test' }, repairs: repaired(5) }, 'none', 'note', /^No webhook endpoint/],
  ])('with %s', (_what, facts, state, level, sentence) => {
    const { endpoint, copy } = judge(facts)
    expect(endpoint).toMatchObject({ state, level })
    expect(endpoint.sentence).toMatch(sentence)
    // What the endpoint lost, the check brought: the copy is equal all the same.
    expect(copy.state).toBe('equal')
  })

  it.each<[string, Partial<MirrorFacts>, string]>([
    ['a forged delivery among good ones', { refusals: refused('signature', 0) }, 'forged'],
    ['refusals and no change that was missed', { ...silence, refusals: refused('signature') }, 'refused-some'],
    ['a repair from before the refusals', { ...silence, refusals: refused('signature'), repairs: { count: 0, lastAt: null, users: [] } }, 'refused-some'],
    ['requests without a signature', { ...silence, refusals: refused('headers') }, 'unsigned'],
  ])('%s is a note: one request must not turn it red', (_what, facts, code) => {
    const { level, problems } = judge(facts)
    expect(level).toBe('ok')
    expect(problems).toMatchObject([{ code, level: 'note' }])
  })

  it('without a check, nobody else can tell that deliveries are missed', () => {
    const off = check({ every: 0 })
    expect(judge({ ...off, ...silence, refusals: refused('signature') }).endpoint).toMatchObject({ state: 'refused', level: 'warn' })
    expect(judge({ ...off, lastEventAt: null, lastVerifiedAt: null }).problems.map(({ code }) => code)).toContain('never-heard')
  })
})

it('puts the worst first, and takes the worse part for the whole', () => {
  const verdict = judge({ pending: { count: 1, since: before(60) }, instance: { mirrored: null, foreign: 'ins_2' }, refusals: refused('signature', 0) })
  expect(verdict.level).toBe('bad')
  expect(verdict.problems.map(problem => problem.level)).toEqual(['bad', 'warn', 'note'])
  const missed = judge({ repairs: repaired(5) })
  expect(missed.sentence).toBe(missed.endpoint.sentence)
  expect(missed.copy.level).toBe('ok')
})

it('health is degraded when the copy is not known to be right, and not while it is young or the check is off', () => {
  expect(degradedBy(judge(check({ failure: { code: 'silent', status: null } })), 60) !== null).toBe(true)
  expect(degradedBy(judge({ instance: { mirrored: 'ins_1', foreign: 'ins_2' } }), 60) !== null).toBe(true)
  expect(degradedBy(judge({ ...silence, refusals: refused('signature'), repairs: repaired(5) }), 60) !== null).toBe(true)
  expect(degradedBy(judge(check({ comparedAt: null, seenUntil: null })), 60) !== null).toBe(false)
  expect(degradedBy(judge(check({ every: 0 })), 0) !== null).toBe(false)
})

describe('how it is connected to Postgres', () => {
  it.each<[string, Partial<MirrorFacts['wires']>, string, RegExp]>([
    ['a connection that fell silent', { silent: { count: 1, lastAt: before(2) } }, 'silent', /^1 connection to Postgres did not answer a statement and was closed, the last one at 14:28 UTC\./],
    ['several', { silent: { count: 3, lastAt: before(2) } }, 'silent', /^3 connections to Postgres did not answer a statement and were closed/],
    ['nothing heard', { deaf: true }, 'deaf', /gets no notifications from Postgres/],
  ])('%s degrades health, whether or not the check is on, and says nothing of the copy', (_what, wires, code, sentence) => {
    const verdict = judge({ wires: { ...well.wires, ...wires } })
    expect(verdict).toMatchObject({ level: 'warn', copy: { state: 'equal', level: 'ok' }, endpoint: { state: 'ok' } })
    expect(verdict.sentence).toMatch(sentence)
    expect(verdict.problems.map(problem => problem.code)).toEqual([code])
    expect([degradedBy(verdict, 60), degradedBy(verdict, 0)]).toEqual([verdict.sentence, verdict.sentence])
  })
})

it.each([
  ['behind', 'the replica is more than 3 seconds behind.'],
  ['away', 'the replica does not answer.'],
  ['other', 'DATABASE_READ_URL does not lead to a standby of this database.'],
] as const)('a replica that is %s is said, and is no reason to send requests elsewhere', (replica, words) => {
  const verdict = judge({ wires: { ...well.wires, replica } })
  expect(verdict).toMatchObject({ level: 'warn', copy: { level: 'ok' }, problems: [{ code: 'replica', sentence: `Public reads go to the primary: ${words}` }] })
  expect(degradedBy(verdict, 60)).toBeNull()
  expect(judge({ wires: { ...well.wires, replica: 'used' } }).problems).toEqual([])
})

it.each([
  ['database-read-only', '25006', 'Postgres takes no writes (25006).'],
  ['database-full', '53100', 'Postgres has no room left (53100).'],
] as const)('writes that fail with %s are bad and degrade health, though the copy is still as it was compared', (reason, code, words) => {
  const verdict = judge({ failingWrites: { reason, code, since: before(120) } })
  expect(verdict).toMatchObject({ level: 'bad', copy: { state: 'equal' }, problems: [{ code: 'writes-fail', sentence: expect.stringContaining(words) }] })
  expect([degradedBy(verdict, 60), degradedBy(verdict, 0)]).toEqual([verdict.sentence, verdict.sentence])
})

it('X-Forwarded-For without a trusted proxy is a note that changes nothing else', () => {
  const verdict = judge({ proxies: { trusted: 0, forwardedAt: before(5) } })
  expect(verdict).toMatchObject({ level: 'ok', problems: [{ code: 'forwarded', level: 'note', action: expect.stringContaining('TRUSTED_PROXIES') }] })
  expect(degradedBy(verdict, 60)).toBeNull()
  expect(judge({ proxies: { trusted: 1, forwardedAt: before(5) } }).problems).toEqual([])
})
