import type { MirrorFacts, RunSummary } from '#shared/types/admin.ts'
import type { RefusalReason } from '#shared/types/sync.ts'
import { driftKinds } from '#shared/types/sync.ts'

export const refusalWords: Record<RefusalReason, string> = { headers: 'no signature', signature: 'bad signature', time: 'bad timestamp' }

const number = (value: number) => value.toLocaleString('en-GB')

/** How many users a run found to differ. */
export const countDrift = ({ found }: Pick<RunSummary, 'found'>): number =>
  found ? driftKinds.reduce((sum, kind) => sum + found.driftCounts[kind], 0) : 0

/** What a scan found, in a few words: `2 missing, 1 stale`. */
export function foundWords(run: Pick<RunSummary, 'kind' | 'found' | 'error'>): string {
  if (run.error) return 'failed'
  if (!run.found) return '–'
  if (run.kind === 'check') return `repaired ${number(countDrift(run))}`
  const { driftCounts, unusable, unconfirmed, refused } = run.found
  const parts = [
    ...driftKinds.flatMap(kind => driftCounts[kind] > 0 ? [`${number(driftCounts[kind])} ${kind}`] : []),
    ...unusable > 0 ? [`${number(unusable)} unusable`] : [],
    ...unconfirmed > 0 ? [`${number(unconfirmed)} unconfirmed`] : [],
    ...refused ? ['deletions refused'] : [],
  ]
  return parts.join(', ') || 'no drift'
}

/** What kind of scan it is: a word for a table. */
export const runWords = ({ kind, dryRun }: Pick<RunSummary, 'kind' | 'dryRun'>): string =>
  dryRun ? 'Dry run' : { backfill: 'Backfill', reconcile: 'Reconcile', check: 'Check' }[kind]

/** Deliveries of the last day that could not be verified: `3` with a bad signature, `2, no signature`, `5: 3 bad signature, 2 no signature`. */
export function refusedWords({ refusals }: Pick<MirrorFacts, 'refusals'>): string {
  const some = refusals.filter(({ day }) => day > 0)
  const all = number(some.reduce((sum, { day }) => sum + day, 0))
  if (some.length > 1) return `${all}: ${some.map(({ reason, day }) => `${number(day)} ${refusalWords[reason]}`).join(', ')}`
  return some[0] && some[0].reason !== 'signature' ? `${all}, ${refusalWords[some[0].reason]}` : all
}
