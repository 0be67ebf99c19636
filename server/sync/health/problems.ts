import type { MirrorFacts, Problem, ProblemStep, Refusals } from '#shared/types/admin.ts'
import type { ClerkFailure, ProblemCode, RunError, ScanReport } from '#shared/types/sync.ts'
import { clerkFailureWords, explainEvent, refusedDeleteWords, runErrorWords, wrongKey } from '#shared/utils/sync-words.ts'
import { ago, clock, deliveries, events, number, requests, users } from './words.ts'

type Described = Omit<Problem, 'code'>

const doctor: ProblemStep = { kind: 'copy', text: 'npm run doctor' }
const dryRun: ProblemStep = { kind: 'dry-run', label: 'Start a dry run' }
const reconcile: ProblemStep = { kind: 'go', label: 'Run a reconcile', to: '/admin/reconcile' }

const lastReconcile = (startedAt: string, now: string) => `The last reconcile (${clock(startedAt, now)})`

/** Everything that can be wrong with the copy: how bad it is, a sentence, what to do, and the first step. */
const catalogue = {
  'instance': ({ foreign, mirrored }: { foreign: string, mirrored: string | null }) => ({
    level: 'bad',
    sentence: `Deliveries and scans are refused: ${wrongKey(foreign, mirrored ?? undefined)}`,
    action: `Set the key of ${mirrored}, or use another database, and start the server again. Deliveries refused meanwhile come again for a day.`,
    step: doctor,
  }),
  'keys': ({ publishable, secret }: Pick<MirrorFacts['keys'], 'publishable' | 'secret'>) => ({
    level: 'bad',
    sentence: `The publishable key is Clerk's ${publishable} key, and the secret key is a ${secret} one.`,
    action: 'Copy both from the same page: Clerk dashboard, API keys.',
    step: doctor,
  }),
  'secret-key': () => ({
    level: 'bad',
    sentence: 'Clerk refuses the secret key, so the copy cannot be compared or repaired.',
    action: 'Copy NUXT_CLERK_SECRET_KEY again (Clerk dashboard, API keys) and start the server again.',
    step: doctor,
  }),
  'refused': ({ reason, streak, since, now }: Pick<Refusals, 'streak'> & { reason: 'signature' | 'time', since: string, now: string }) => ({
    level: 'bad',
    sentence: `Clerk's deliveries are refused: ${number(streak)} since ${clock(since, now)} could not be verified, and none was. ${reason === 'signature'
      ? 'The signing secret here is not the endpoint\'s.'
      : 'They are more than 5 minutes off by this server\'s clock.'}`,
    action: `${reason === 'signature'
      ? 'Copy the Signing Secret (Clerk dashboard, Webhooks, your endpoint) to NUXT_CLERK_WEBHOOK_SIGNING_SECRET and start the server again.'
      : 'Set this server\'s clock (NTP).'} What was refused comes again for a day; after that, run a reconcile.`,
    step: { kind: 'copy', text: 'NUXT_CLERK_WEBHOOK_SIGNING_SECRET' },
  }),
  'unsigned': ({ streak, since, now }: Pick<Refusals, 'streak'> & { since: string, now: string }) => ({
    level: 'warn',
    sentence: `${requests(streak)} since ${clock(since, now)} came to the webhook's address without a signature, and none with one.`,
    action: 'If they are Clerk\'s, something on the way removes the svix headers: look at your proxy. If not, there is nothing to do.',
    step: null,
  }),
  'forged': ({ day }: Pick<Refusals, 'day'>) => ({
    level: 'note',
    sentence: `${deliveries(day)} of the last day could not be verified, while others were. Someone may send forged events; they are refused.`,
    action: null,
    step: null,
  }),
  'never-heard': ({ differs, origin }: { differs: boolean, origin: string }) => ({
    level: differs ? 'bad' : 'warn',
    sentence: 'No event of Clerk has arrived yet, so nothing keeps this copy up to date.',
    action: 'Add this server\'s /api/webhooks as an endpoint (Clerk dashboard, Webhooks) with user.created, user.updated and user.deleted. If it is there, its deliveries say why they fail.',
    step: { kind: 'copy', text: `${origin}/api/webhooks` },
  }),
  'stopped': ({ lastEventAt, now }: { lastEventAt: string, now: string }) => ({
    level: 'bad',
    sentence: `Deliveries have stopped: the last event came ${ago(lastEventAt, now)}, and Clerk's count differs from yours.`,
    action: 'Look at your endpoint (Clerk dashboard, Webhooks): is it enabled, and does its address reach this server? Then run a reconcile.',
    step: dryRun,
  }),
  'failed': ({ count, now }: { count: number, now: boolean }) => ({
    level: now ? 'bad' : 'warn',
    sentence: `${events(count)} of the last day failed here and ${count === 1 ? 'has' : 'have'} not been applied since.`,
    action: 'The event log says why. Clerk delivers them again for a day; after that, run a reconcile.',
    step: { kind: 'go', label: 'Show failed events', to: '/admin/events?outcome=failed' },
  }),
  'rejected': ({ count, last }: Pick<MirrorFacts['rejected'], 'count' | 'last'>) => ({
    level: 'warn',
    sentence: `${events(count)} of the last day could not be used.${last ? ` The last one: ${explainEvent({ ...last, outcome: 'rejected' }).what}` : ''}`,
    action: 'The event log says what each one needs.',
    step: { kind: 'go', label: 'Show rejected events', to: '/admin/events?outcome=rejected' },
  }),
  'clerk-silent': ({ failure }: { failure: ClerkFailure }) => ({
    level: 'warn',
    sentence: `Clerk did not say how many users it has, so nobody can tell whether the copy is whole. ${clerkFailureWords(failure)}`,
    action: 'Look again in a minute. If it stays so: does this server reach Clerk\'s Backend API, and does status.clerk.com say more?',
    step: { kind: 'ask', label: 'Ask Clerk again' },
  }),
  'count': ({ clerk, ours, settled }: { clerk: number, ours: number, settled: boolean }) => ({
    level: settled ? 'warn' : 'note',
    sentence: `${settled ? 'Your copy is not whole: ' : ''}Clerk has ${users(clerk)}, and ${number(ours)} are here.${settled ? '' : ' Events are coming in, so this may even out by itself.'}`,
    action: settled ? 'Run a reconcile (dry run first): it finds who is missing or gone, and repairs it.' : null,
    step: settled ? dryRun : null,
  }),
  'cut-off': ({ startedAt, now }: { startedAt: string, now: string }) => ({
    level: 'warn',
    sentence: `The scan of ${clock(startedAt, now)} ended in the middle: its process is gone.`,
    action: 'Start it again: it is safe.',
    step: reconcile,
  }),
  'never-compared': () => ({
    level: 'note',
    sentence: 'This copy has never been compared with Clerk, user by user.',
    action: 'Run a reconcile (dry run first), and set RECONCILE_CRON so that it happens by itself.',
    step: dryRun,
  }),
  'run-failed': ({ startedAt, error, now }: { startedAt: string, error: RunError, now: string }) => ({
    level: 'warn',
    sentence: `${lastReconcile(startedAt, now)} failed: ${runErrorWords(error)}`,
    action: 'Run it again when that is mended.',
    step: reconcile,
  }),
  'run-refused': ({ startedAt, refused, now }: { startedAt: string, refused: NonNullable<ScanReport['refused']>, now: string }) => ({
    level: 'warn',
    sentence: `${lastReconcile(startedAt, now)} deleted no one: ${refusedDeleteWords(refused)}`,
    action: 'Check the secret key first. If those users are really gone, run it again with force.',
    step: reconcile,
  }),
  'drift': ({ startedAt, differences, now }: { startedAt: string, differences: number, now: string }) => ({
    level: 'warn',
    sentence: `${lastReconcile(startedAt, now)} was a dry run and found ${users(differences)} that differ; nothing has repaired them since.`,
    action: 'Run a reconcile that is not dry.',
    step: reconcile,
  }),
  'pending': ({ count, since, now }: { count: number, since: string, now: string }) => ({
    level: 'warn',
    sentence: `${users(count)} ${count === 1 ? 'waits' : 'wait'} for news of Clerk, the first since ${clock(since, now)}.`,
    action: 'Re-sync them from the list of users, or run a reconcile.',
    step: { kind: 'go', label: 'Show who is pending', to: '/admin/users?status=pending' },
  }),
} satisfies Record<ProblemCode, (details: never) => Described>

type Details<Code extends ProblemCode> = Parameters<(typeof catalogue)[Code]>
const entries: { [Code in ProblemCode]: (...details: Details<Code>) => Described } = catalogue

/** A problem in words. @param details what its sentence names */
export const problem = <Code extends ProblemCode>(code: Code, ...details: Details<Code>): Problem => ({ code, ...entries[code](...details) })
