import * as v from 'valibot'
import { caseStates, decisionActions, NOTE_MAX_CHARACTERS, reportReasons, restrictionKinds } from '../types/moderation.ts'
import { PostId, UserId } from './ids.ts'
import { cursorMessage, Limit, TimeCursor } from './paging.ts'
import { countCharacters, storable } from './text.ts'

/** `PUT /api/me/restrictions/:id` */
export const Restriction = v.object({ kind: v.picklist(restrictionKinds, `kind is one of ${restrictionKinds.join(', ')}.`) })

/** `GET /api/me/restrictions` */
export const RestrictionsQuery = v.object({
  cursor: v.optional(v.pipe(TimeCursor, v.check(({ id }) => v.is(UserId, id), cursorMessage))),
  limit: Limit,
})

/** Trimmed; null when there is nothing in it. */
const Note = v.optional(v.pipe(
  v.nullable(v.string(), ''),
  v.transform(text => (text ?? '').toWellFormed().replace(/\r\n?/g, '\n').trim()),
  storable('A note cannot hold the NUL character.'),
  v.check(text => countCharacters(text) <= NOTE_MAX_CHARACTERS, `A note has ${NOTE_MAX_CHARACTERS} characters at most.`),
  v.check(text => text.length <= NOTE_MAX_CHARACTERS * 16, 'This note is too large. Use fewer combined characters.'),
  v.transform(text => text || null),
), null)

/** `POST /api/reports`: about a post or about a person. */
export const NewReport = v.pipe(
  v.object({
    postId: v.optional(PostId),
    userId: v.optional(UserId),
    reason: v.picklist(reportReasons, `reason is one of ${reportReasons.join(', ')}.`),
    note: Note,
  }),
  v.check(({ postId, userId }) => (postId === undefined) !== (userId === undefined), 'Give either a postId or a userId.'),
)
export type NewReport = v.InferOutput<typeof NewReport>

/** `GET /api/admin/reports` */
export const CasesQuery = v.object({
  state: v.optional(v.picklist(caseStates, `state is one of ${caseStates.join(', ')}.`), 'open'),
  cursor: v.optional(v.pipe(TimeCursor, v.check(({ id }) => v.is(PostId, id), cursorMessage))),
  limit: Limit,
})

/** `POST /api/admin/reports/:id/decisions` */
export const NewDecision = v.object({
  action: v.picklist(decisionActions, `action is one of ${decisionActions.join(', ')}.`),
  note: Note,
})
export const CaseParams = v.object({ id: v.pipe(v.string(), v.uuid('That is not the id of a report.')) })
