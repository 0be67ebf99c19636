import { describe, expect, it } from 'vitest'
import type { RefusalReason } from '#shared/types/sync.ts'
import { countDrift, foundWords, refusedWords, runWords } from '#utils/admin/mirror-facts.ts'
import { checkWords, progressWords, reconcilePlan, resultSentence, starterWords, tookWords } from '#utils/admin/runs.ts'
import type { RunSummary } from '#shared/types/admin.ts'

const none = { missing: 0, stale: 0, gone: 0, revived: 0 }
const run = (change: Partial<RunSummary> = {}): RunSummary => ({
  id: '0199', kind: 'reconcile', dryRun: false, startedBy: 'schedule', startedByName: null,
  startedAt: '2026-11-21T04:00:00.000Z', finishedAt: '2026-11-21T04:00:01.500Z',
  counts: { seen: 25, total: 25, written: 0 }, progress: null,
  found: { driftCounts: none, refused: null, unusable: 0, unconfirmed: 0 }, error: null, ...change,
})
const found = (change: object) => run({ found: { driftCounts: { ...none, missing: 2, stale: 1 }, refused: null, unusable: 0, unconfirmed: 0, ...change } })
const sentence = (one: RunSummary) => resultSentence(one, countDrift(one))

describe('the result of a run', () => {
  it('is that nothing differs', () => expect(sentence(run())).toBe('Nothing differs: 25 users checked.'))
  it('is what differed, and whether that was repaired', () => {
    expect(sentence(found({}))).toBe('3 users differed, and were repaired.')
    expect(sentence({ ...found({}), dryRun: true })).toBe('3 users differ. Nothing was changed.')
  })
  it('is not that all is well when it refused or failed', () => {
    expect(sentence(found({ driftCounts: none, refused: { found: 1_200, limit: 10 } }))).toBe('25 users read. No users were deleted.')
    expect(sentence(run({ error: { code: 'internal' }, found: null }))).toBe('The reconcile failed.')
  })
})

describe('what a reconcile will do', () => {
  it('is how many are repaired and removed, before it does it', () => {
    expect(reconcilePlan(found({ driftCounts: { missing: 2, stale: 1, gone: 1, revived: 0 } }))).toEqual({
      title: '3 users will be repaired, 1 user will be removed',
      description: 'Clerk’s data is copied here: 2 added, 1 updated. The user that Clerk no longer has becomes a tombstone: the name, email and picture are erased here, and the posts are hidden.',
      action: 'Reconcile 4 users',
    })
  })
  it('is that no one is removed when too many are gone', () => {
    const { title, description } = reconcilePlan(found({ refused: { found: 1_200, limit: 10 } }))
    expect(title).toBe('3 users will be repaired, 0 users will be removed')
    expect(description).toContain('No one is removed: 1,200 users are not in Clerk’s list, more than the 10')
  })
})

it('says what a run found in a few words', () => {
  expect(foundWords(run())).toBe('no drift')
  expect(foundWords(found({ unconfirmed: 1200, refused: { found: 1_200, limit: 10 } }))).toBe('2 missing, 1 stale, 1,200 unconfirmed, deletions refused')
  expect(foundWords(run({ error: { code: 'internal' } }))).toBe('failed')
})

it('says how far a scan is', () => {
  const counts = { seen: 1_500, total: 20_000, written: 0 }
  expect(progressWords({ ...counts, phase: 'listing', done: 1_500, of: 20_000, perSecond: 500 })).toBe('1,500 of 20,000 users · 500 a second · 37 s left')
  expect(progressWords({ ...counts, phase: 'gone', done: 0, of: 1, perSecond: 500 })).toBe('0 of 1 user')
})

it('says who started a run and how long it took', () => {
  expect(starterWords(run())).toBe('the schedule')
  expect(starterWords({ startedBy: 'user_1', startedByName: 'Ada' })).toBe('Ada')
  expect(tookWords(run())).toBe('1.5 s')
})

it('says why deliveries were refused', () => {
  const refused = (day: number, reason: RefusalReason = 'signature') => ({ reason, day, streak: 0, since: null, lastAt: '2026-11-21T04:00:00.000Z' })
  expect(refusedWords({ refusals: [refused(3)] })).toBe('3')
  expect(refusedWords({ refusals: [refused(0)] })).toBe('0')
  expect(refusedWords({ refusals: [refused(2, 'headers')] })).toBe('2, no signature')
  expect(refusedWords({ refusals: [refused(1_000), refused(2, 'time')] })).toBe('1,002: 1,000 bad signature, 2 bad timestamp')
})

describe('a check', () => {
  const repaired = { ...found({}), kind: 'check' as const, startedBy: 'check' }

  it('is on record with what it repaired', () => {
    expect(runWords(repaired)).toBe('Check')
    expect(foundWords(repaired)).toBe('repaired 3')
    expect(starterWords(repaired)).toBe('the check')
    expect(sentence(repaired)).toBe('3 changes had not arrived by webhook, and were repaired.')
  })

  it.each([
    [{ repaired: 0, left: 0, running: false }, 'Nothing to repair.'],
    [{ repaired: 3, left: 0, running: false }, '3 changes repaired.'],
    [{ repaired: 1, left: 2, running: false }, '1 change repaired. 2 changes from the last few seconds are left to the webhook until the next check.'],
    [{ repaired: 0, left: 0, running: true }, 'Another check is running. Its result will appear here.'],
  ])('that someone asked for says what it did: %j', (done, words) => expect(checkWords(done)).toBe(words))
})
