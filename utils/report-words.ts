import type { DecisionAction, ReportReason } from '#shared/types/moderation.ts'

/** The reasons of a report, as people choose among them and admins read them. */
export const reasonWords: Record<ReportReason, string> = {
  spam: 'Spam',
  harassment: 'Harassment or bullying',
  hate: 'Hate',
  violence: 'Violence or threats',
  sexual: 'Sexual content',
  impersonation: 'Pretends to be someone else',
  other: 'Something else',
}

/** What an admin did, as the record says it. */
export const decisionWords: Record<DecisionAction, string> = { hide: 'hid the post', restore: 'restored the post', dismiss: 'dismissed the report' }
