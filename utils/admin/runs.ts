import type { RunSummary } from '#shared/types/admin.ts'
import type { DriftKind, ScanPhase, ScanProgress } from '#shared/types/sync.ts'
import { spanOf } from './exact-time.ts'

const number = (value: number) => value.toLocaleString('en-GB')
const plural = (count: number) => `${number(count)} ${count === 1 ? 'user' : 'users'}`

export const phaseWords: Record<ScanPhase, string> = {
  listing: 'Reading Clerk’s users',
  checking: 'Looking up users that are still pending',
  gone: 'Looking up users that Clerk did not list',
}

/** What each kind of drift means, how it is repaired, and both for one user, after their name. */
export const driftWords: Record<DriftKind, { title: string, meaning: string, repair: string, one: string }> = {
  missing: { title: 'Missing', meaning: 'In Clerk, but not in this copy.', repair: 'added', one: 'was missing, and was added' },
  stale: { title: 'Stale', meaning: 'Their data in this copy differed from Clerk’s.', repair: 'updated', one: 'was stale, and was updated' },
  gone: { title: 'Gone', meaning: 'In this copy, but no longer in Clerk.', repair: 'turned into tombstones', one: 'was gone in Clerk, and became a tombstone' },
  revived: { title: 'Revived', meaning: 'An earlier scan removed them, but Clerk has them.', repair: 'restored', one: 'was taken for deleted, and was restored' },
}

const changes = (count: number) => `${number(count)} ${count === 1 ? 'change' : 'changes'}`

/** What a check did that someone asked for, in a sentence or two. */
export function checkWords({ repaired, left, running }: { repaired: number, left: number, running: boolean }): string {
  if (running) return 'Another check is running. Its result will appear here.'
  return [
    repaired === 0 && left === 0 ? 'Nothing to repair.' : '',
    repaired > 0 ? `${changes(repaired)} repaired.` : '',
    left > 0 ? `${changes(left)} from the last few seconds ${left === 1 ? 'is' : 'are'} left to the webhook until the next check.` : '',
  ].filter(Boolean).join(' ')
}

/** How far a scan is: `1,500 of 20,000 users · 480 a second · 39 s left`. */
export function progressWords({ phase, done, of, perSecond }: ScanProgress): string {
  const left = phase === 'listing' && perSecond > 0 && of > done ? [`${spanOf(Math.ceil((of - done) / perSecond) * 1_000)} left`] : []
  return [`${number(done)} of ${plural(of)}`, ...phase === 'listing' && perSecond > 0 ? [`${number(perSecond)} a second`] : [], ...left].join(' · ')
}

/** The result of a run, as a sentence. */
export function resultSentence(run: RunSummary, drift: number): string {
  const read = plural(run.counts?.seen ?? 0)
  if (run.kind === 'check') return `${changes(drift)} had not arrived by webhook, and ${drift === 1 ? 'was' : 'were'} repaired.`
  if (run.error) return run.dryRun ? 'The dry run failed.' : run.kind === 'backfill' ? 'The backfill failed.' : 'The reconcile failed.'
  if (run.kind === 'backfill') return `${read} read, ${number(run.counts?.written ?? 0)} written.`
  if (drift === 0) return run.found?.refused ? `${read} read. No users were deleted.` : `Nothing differs: ${read} checked.`
  if (run.dryRun) return `${plural(drift)} ${drift === 1 ? 'differs' : 'differ'}. Nothing was changed.`
  return `${plural(drift)} differed, and ${drift === 1 ? 'was' : 'were'} repaired.`
}

/** What a reconcile will do by what its dry run found: the question, what would become of them, and the button's words. */
export function reconcilePlan({ found }: Pick<RunSummary, 'found'>): { title: string, description: string, action: string } {
  const { missing, stale, revived, gone } = found?.driftCounts ?? { missing: 0, stale: 0, revived: 0, gone: 0 }
  const parts = [
    ...missing > 0 ? [`${number(missing)} added`] : [],
    ...stale > 0 ? [`${number(stale)} updated`] : [],
    ...revived > 0 ? [`${number(revived)} restored`] : [],
  ]
  const repaired = missing + stale + revived
  return {
    title: `${plural(repaired)} will be repaired, ${plural(gone)} will be removed`,
    description: [
      ...repaired > 0 ? [`Clerk’s data is copied here: ${parts.join(', ')}.`] : [],
      ...gone > 0 ? [`${gone === 1 ? 'The user' : 'Users'} that Clerk no longer has ${gone === 1 ? 'becomes a tombstone: the' : 'become tombstones: their'} name, email and picture are erased here, and ${gone === 1 ? 'the' : 'their'} posts are hidden.`] : [],
      ...found?.refused ? [`No one is removed: ${plural(found.refused.found)} are not in Clerk’s list, more than the ${number(found.refused.limit)} that may be removed at once.`] : [],
    ].join(' '),
    action: `Reconcile ${plural(repaired + gone)}`,
  }
}

/** How long a run took. */
export const tookWords = ({ startedAt, finishedAt }: Pick<RunSummary, 'startedAt' | 'finishedAt'>): string =>
  finishedAt ? spanOf(Date.parse(finishedAt) - Date.parse(startedAt)) : '–'

/** Who started a run. */
export const starterWords = ({ startedBy, startedByName }: Pick<RunSummary, 'startedBy' | 'startedByName'>): string =>
  startedByName ?? (['schedule', 'check', 'command line'].includes(startedBy) ? `the ${startedBy}` : startedBy)
