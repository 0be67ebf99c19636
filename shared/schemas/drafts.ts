import * as v from 'valibot'
import { PublicPerson } from './live.ts'

/** Far above what a post may hold: what is too long to be sent is not lost either. UTF-16 units. */
const TEXT_AT_MOST = 20_000

/** A post that is being written, as a browser keeps it. */
export const KeptDraft = v.object({
  text: v.pipe(v.string(), v.maxLength(TEXT_AT_MOST)),
  /** UTF-16 offsets in the text. */
  mentions: v.pipe(v.array(v.object({ start: v.number(), end: v.number(), person: PublicPerson })), v.maxLength(100)),
  /** What was sent last, and whether it arrived is not known: the same text again has the same key. */
  sent: v.optional(v.object({ body: v.string(), key: v.string() })),
})
export type KeptDraft = v.InferOutput<typeof KeptDraft>

/** All of them, by user and thread; `at` is when each was last changed, ms since 1970. */
export const KeptDrafts = v.record(v.string(), v.object({ at: v.number(), draft: KeptDraft }))
export type KeptDrafts = v.InferOutput<typeof KeptDrafts>
