import type { ProblemCode } from '#shared/types/admin.ts'

/** What a person can press: a page to go to · a dry run to start · Clerk to be asked again · a text to copy. */
export type ProblemStep
  = | { kind: 'go', label: string, to: string }
    | { kind: 'dry-run', label: string }
    | { kind: 'ask', label: string }
    | { kind: 'copy', text: string }

const dryRun: ProblemStep = { kind: 'dry-run', label: 'Start a dry run' }
const reconcile: ProblemStep = { kind: 'go', label: 'Run a reconcile', to: '/admin/reconcile' }
const doctor: ProblemStep = { kind: 'copy', text: 'npm run doctor' }

/**
 * The first step that mends a problem of the mirror; null when nothing here can be pressed for it.
 * @param origin where this server is, as Clerk's endpoint has to name it
 */
export function stepFor(code: ProblemCode, origin: string): ProblemStep | null {
  switch (code) {
    case 'instance':
    case 'keys':
    case 'secret-key': return doctor
    case 'refused': return { kind: 'copy', text: 'NUXT_CLERK_WEBHOOK_SIGNING_SECRET' }
    case 'never-heard': return { kind: 'copy', text: `${origin}/api/webhooks` }
    case 'stopped':
    case 'count':
    case 'never-compared': return dryRun
    case 'drift':
    case 'cut-off':
    case 'run-failed':
    case 'run-refused': return reconcile
    case 'clerk-silent': return { kind: 'ask', label: 'Ask Clerk again' }
    case 'failed': return { kind: 'go', label: 'Show failed events', to: '/admin/events?outcome=failed' }
    case 'rejected': return { kind: 'go', label: 'Show rejected events', to: '/admin/events?outcome=rejected' }
    case 'pending': return { kind: 'go', label: 'Show who is pending', to: '/admin/users?status=pending' }
    case 'forged':
    case 'unsigned': return null
  }
}
