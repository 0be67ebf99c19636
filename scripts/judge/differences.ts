export interface Difference {
  /** the operation's id or the event's type; `*` for all */
  operation: string
  /** what the judge prints, or how it begins */
  difference: string
  reason: string
}

/** What the local Clerk answers otherwise than Clerk's OpenAPI files say, on purpose. The list may only become shorter. */
export const deliberate: readonly Difference[] = []
