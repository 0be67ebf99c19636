import type { FailingWrites, MirrorFacts, Problem, ProblemStep, Refusals } from '#shared/types/admin.ts'
import type { ClerkFailure, ProblemCode, ReplicaState, RunError, ScanReport } from '#shared/types/sync.ts'
import { clerkFailureWords, explainEvent, failureWords, refusedDeleteWords, runErrorWords, wrongKey } from '#shared/utils/sync-words.ts'
import { changes, clock, connections, deliveries, events, number, requests, users } from './words.ts'

type Described = Omit<Problem, 'code'>

const doctor: ProblemStep = { kind: 'copy', text: 'npm run doctor' }
const dryRun: ProblemStep = { kind: 'dry-run', label: 'Start a dry run' }
const scanCommand: ProblemStep = { kind: 'copy', text: 'npm run sync:reconcile' }
/** With `LIVE=off` a scan in the server would be cut off with its process. */
const scanElsewhere = 'Run it by the command line, where this server\'s variables are at hand: its own processes do not live long enough.'
const reconcile: ProblemStep = { kind: 'go', label: 'Run a reconcile', to: '/admin/reconcile' }

type Refused = Pick<Refusals, 'streak'> & { reason: 'signature' | 'time', since: string, now: string }
const refusedBy = (reason: Refused['reason']) => reason === 'signature' ? 'The signing secret here is not the endpoint\'s.' : 'They are more than 5 minutes off by this server\'s clock.'
const mendRefused = (reason: Refused['reason']) => reason === 'signature'
  ? 'Copy the Signing Secret (Clerk dashboard, Webhooks, your endpoint) to NUXT_CLERK_WEBHOOK_SIGNING_SECRET and start the server again.'
  : 'Set this server\'s clock (NTP).'

const replicaWords: Record<Exclude<ReplicaState, 'used'>, string> = {
  behind: 'the replica is more than 3 seconds behind.',
  away: 'the replica does not answer.',
  other: 'DATABASE_READ_URL does not lead to a standby of this database.',
}

/** By the counts alone. @param missing how many more Clerk has */
const differenceWords = (missing: number) => missing > 0 ? `${users(missing)} ${missing === 1 ? 'is' : 'are'} missing` : missing < 0 ? `${users(-missing)} too many ${missing === -1 ? 'is' : 'are'} here` : 'The counts differed'

const notSince = (since: string | null, now: string) => since ? `Not compared since ${clock(since, now)}.` : 'Not compared yet.'
/** Each person once, however often they were repaired. */
const namesOf = (repaired: MirrorFacts['repairs']['users']) => [...new Map(repaired.map(({ id, name }) => [id, name ?? id])).values()]
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
  'check-off': ({ since, now }: { since: string | null, now: string }) => ({
    level: 'warn',
    sentence: `${notSince(since, now)} The check is off, so a change that does not arrive by webhook is not noticed.`,
    action: 'Set SYNC_CHECK_SECONDS to 60 and start the server again.',
    step: { kind: 'copy', text: 'SYNC_CHECK_SECONDS=60' },
  }),
  'not-compared': ({ failure, since, now }: { failure: ClerkFailure, since: string | null, now: string }) => ({
    level: 'warn',
    sentence: `${notSince(since, now)} ${clerkFailureWords(failure)}`,
    action: 'The check tries again by itself. If this persists: does this server reach Clerk\'s Backend API, and does status.clerk.com say more?',
    step: { kind: 'check', label: 'Check now' },
  }),
  'check-late': ({ since, every, now }: { since: string | null, every: number, now: string }) => ({
    level: 'warn',
    sentence: `${notSince(since, now)} A check is due every ${every} seconds, and none has finished.`,
    action: 'Check now; if that fails, the server\'s log says why.',
    step: { kind: 'check', label: 'Check now' },
  }),
  'behind': ({ since, scans = true, gap, now }: { since: string | null, scans?: boolean, gap: boolean, now: string }) => ({
    level: 'warn',
    sentence: `${notSince(since, now)} ${gap ? 'No check finished for a while, as when the server was off or a backup was restored, so deliveries may be lost' : 'So much changed in Clerk at once that the check could not read it all'}; a full comparison ${scans ? 'starts by itself' : 'is needed'}.`,
    action: scans ? 'Wait for it, or start one now.' : scanElsewhere,
    step: scans ? reconcile : scanCommand,
  }),
  'never-compared': ({ every, scans = true }: { every: number, scans?: boolean }) => ({
    level: 'note',
    sentence: 'This copy has never been compared with Clerk, user by user.',
    action: scans ? `The first comparison starts by itself with the next check, within ${every} seconds. You can also start one now.` : scanElsewhere,
    step: scans ? reconcile : scanCommand,
  }),
  'count': ({ clerk, ours, unstorable, since, now }: { clerk: number, ours: number, unstorable: number, since: string | null, now: string }) => ({
    level: 'warn',
    sentence: `${differenceWords(clerk - ours - unstorable)}: Clerk has ${number(clerk)}, and ${number(ours)} are here${unstorable > 0 ? `, besides ${number(unstorable)} that cannot be stored` : ''}${since ? `, since ${clock(since, now)}` : ''}.`,
    action: 'The check looks for the difference by itself. If it remains, run a reconcile (dry run first): it finds who is missing or gone.',
    step: dryRun,
  }),
  'unwritten': ({ count }: { count: number }) => ({
    level: 'warn',
    sentence: `${changes(count)} from Clerk could not be written here. The check tries again.`,
    action: 'If this persists, look for a transaction that holds these rows (pg_stat_activity).',
    step: null,
  }),
  'unstorable': ({ count }: { count: number }) => ({
    level: 'warn',
    sentence: `${users(count)} in Clerk cannot be stored here, because of a name or an address that Postgres cannot hold.`,
    action: 'The last reconcile lists them. Correct them in Clerk.',
    step: { kind: 'go', label: 'Show the reconciles', to: '/admin/reconcile' },
  }),
  'refused': ({ reason, streak, since, now, level }: Refused & { level: 'warn' | 'bad' }) => ({
    level,
    sentence: `Clerk's deliveries are refused: ${number(streak)} since ${clock(since, now)} could not be verified, and none was. ${refusedBy(reason)}`,
    action: mendRefused(reason),
    step: { kind: 'copy', text: 'NUXT_CLERK_WEBHOOK_SIGNING_SECRET' },
  }),
  'refused-some': ({ reason, streak, since, now }: Refused) => ({
    level: 'note',
    sentence: `${deliveries(streak)} since ${clock(since, now)} could not be verified, and none was since. Nothing is missing here, so this may be someone else's request.`,
    action: `If Clerk's dashboard shows failed deliveries: ${mendRefused(reason)}`,
    step: null,
  }),
  'missed': ({ count, lastAt, users: repaired }: MirrorFacts['repairs']) => ({
    level: 'warn',
    sentence: `${changes(count)} in the last 24 h never arrived by webhook and ${count === 1 ? 'was' : 'were'} repaired by the check${repaired.length > 0 ? `: ${namesOf(repaired).slice(0, 3).join(', ')}${count > repaired.length || namesOf(repaired).length > 3 ? ' and others' : ''}` : ''}.`,
    action: 'Look at your endpoint (Clerk dashboard, Webhooks): is it enabled for user.created, user.updated and user.deleted, does its address reach this server, and do its deliveries succeed?',
    step: lastAt ? { kind: 'go', label: 'Show what was repaired', to: '/admin/reconcile' } : null,
  }),
  'never-heard': ({ checked, missed, origin }: { checked: boolean, missed: boolean, origin: string }) => ({
    level: checked && !missed ? 'note' : 'warn',
    sentence: `No event has arrived from Clerk yet${checked ? ', so only the check brings changes' : ', so nothing keeps this copy up to date'}.`,
    action: 'Add this server\'s /api/webhooks as an endpoint (Clerk dashboard, Webhooks) with user.created, user.updated and user.deleted. If it is there, its deliveries say why they fail.',
    step: { kind: 'copy', text: `${origin}/api/webhooks` },
  }),
  'unsigned': ({ streak, since, now }: Pick<Refusals, 'streak'> & { since: string, now: string }) => ({
    level: 'note',
    sentence: `${requests(streak)} since ${clock(since, now)} reached the webhook without a signature, and none with one.`,
    action: 'If they are Clerk\'s, something on the way removes the svix headers: look at your proxy. Otherwise there is nothing to do.',
    step: null,
  }),
  'forged': ({ day }: Pick<Refusals, 'day'>) => ({
    level: 'note',
    sentence: `${deliveries(day)} in the last 24 h could not be verified, while others were. Someone may be sending forged events; they are refused.`,
    action: null,
    step: null,
  }),
  'failed': ({ count, now }: { count: number, now: boolean }) => ({
    level: now ? 'bad' : 'warn',
    sentence: `${events(count)} failed here in the last 24 h and ${count === 1 ? 'has' : 'have'} not been applied since.`,
    action: 'The event log says why. Clerk delivers them again for a day; after that, run a reconcile.',
    step: { kind: 'go', label: 'Show failed events', to: '/admin/events?outcome=failed' },
  }),
  'rejected': ({ count, last }: Pick<MirrorFacts['rejected'], 'count' | 'last'>) => ({
    level: 'warn',
    sentence: `${events(count)} in the last 24 h could not be used.${last ? ` The latest: ${explainEvent({ ...last, outcome: 'rejected' }).what}` : ''}`,
    action: 'The event log says what each one needs.',
    step: { kind: 'go', label: 'Show rejected events', to: '/admin/events?outcome=rejected' },
  }),
  'forwarded': ({ at, now }: { at: string, now: string }) => ({
    level: 'note',
    sentence: `Requests arrive with X-Forwarded-For (${clock(at, now)}), and no proxy is trusted, so limits count by the address that connects.`,
    action: 'If a proxy stands in front of this server, all of its visitors share one limit: set TRUSTED_PROXIES to how many proxies there are, and start the server again. If none does, someone wrote this header; it is not believed, and there is nothing to do.',
    step: { kind: 'copy', text: 'TRUSTED_PROXIES=1' },
  }),
  'cut-off': ({ startedAt, now }: { startedAt: string, now: string }) => ({
    level: 'warn',
    sentence: `The scan of ${clock(startedAt, now)} ended in the middle: its process is gone.`,
    action: 'Start it again: it is safe.',
    step: reconcile,
  }),
  'run-failed': ({ startedAt, error, now }: { startedAt: string, error: RunError, now: string }) => ({
    level: 'warn',
    sentence: `${lastReconcile(startedAt, now)} failed: ${runErrorWords(error)}`,
    action: 'Run it again once that is fixed.',
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
    action: 'Run a reconcile.',
    step: reconcile,
  }),
  'pending': ({ count, since, now }: { count: number, since: string, now: string }) => ({
    level: 'warn',
    sentence: `${users(count)} ${count === 1 ? 'is' : 'are'} still waiting for data from Clerk, the first since ${clock(since, now)}.`,
    action: 'Re-sync them from the list of users, or run a reconcile.',
    step: { kind: 'go', label: 'Show who is pending', to: '/admin/users?status=pending' },
  }),
  'silent': ({ count, lastAt, now }: { count: number, lastAt: string, now: string }) => ({
    level: 'warn',
    sentence: `${connections(count)} to Postgres did not answer a statement and ${count === 1 ? 'was' : 'were'} closed, the last one at ${clock(lastAt, now)}. Deliveries that met ${count === 1 ? 'it' : 'them'} come again by themselves.`,
    action: 'If this persists: does something between this server and Postgres (NAT, firewall, proxy) drop idle connections, or is Postgres overloaded?',
    step: null,
  }),
  'deaf': () => ({
    level: 'warn',
    sentence: 'This server gets no notifications from Postgres, so open pages do not update.',
    action: 'LISTEN does not work behind a pooler in transaction mode: DATABASE_DIRECT_URL, or DATABASE_URL without it, has to be the address of Postgres itself. Pages catch up once it does.',
    step: { kind: 'copy', text: 'DATABASE_DIRECT_URL' },
  }),
  'replica': ({ state }: { state: Exclude<ReplicaState, 'used'> }) => ({
    level: 'warn',
    sentence: `Public reads go to the primary: ${replicaWords[state]}`,
    action: 'Nothing is lost and nobody sees old data. Look at the replica, or leave DATABASE_READ_URL out; it is read again by itself once it follows.',
    step: { kind: 'copy', text: 'DATABASE_READ_URL' },
  }),
  'writes-fail': ({ reason, code, since, now }: FailingWrites & { now: string }) => ({
    level: 'bad',
    sentence: `No change from Clerk could be written since ${clock(since, now)}: ${failureWords(reason, code).what}`,
    action: `${failureWords(reason, code).mend} What was missed comes again by itself, from Svix and from the check.`,
    step: doctor,
  }),
  'erase-late': ({ dueAt, now }: { dueAt: string, now: string }) => ({
    level: 'warn',
    sentence: `Something due to be erased by ${clock(dueAt, now)} is still here: the text of deleted posts, what is left of deleted users, or old events.`,
    action: 'The server tries again each hour, and its log says which step fails ("erase").',
    step: null,
  }),
} satisfies Record<ProblemCode, (details: never) => Described>

type Details<Code extends ProblemCode> = Parameters<(typeof catalogue)[Code]>
const entries: { [Code in ProblemCode]: (...details: Details<Code>) => Described } = catalogue

/** A problem in words. @param details what its sentence names */
export const problem = <Code extends ProblemCode>(code: Code, ...details: Details<Code>): Problem => ({ code, ...entries[code](...details) })
