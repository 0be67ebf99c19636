import type { PublicUser } from '#shared/types/user.ts'
import { mentionOf, mentionText } from '#shared/utils/mentions.ts'

/** A text that is being written, with its mentions: UTF-16 offsets, in order, without overlap. */
export interface Draft {
  text: string
  mentions: { start: number, end: number, person: PublicUser }[]
}

export const emptyDraft = (): Draft => ({ text: '', mentions: [] })

/** The draft after an edit of its text. Mentions before and after the edit stay; one that was edited becomes plain text. */
export function editDraft(draft: Draft, text: string): Draft {
  const before = draft.text
  const most = Math.min(before.length, text.length)
  let head = 0
  while (head < most && before[head] === text[head]) head++
  let tail = 0
  while (tail < most - head && before[before.length - 1 - tail] === text[text.length - 1 - tail]) tail++
  const moved = text.length - before.length
  return {
    text,
    mentions: draft.mentions.flatMap((mention) => {
      if (mention.end <= head) return [mention]
      if (mention.start >= before.length - tail) return [{ ...mention, start: mention.start + moved, end: mention.end + moved }]
      return []
    }),
  }
}

/** Puts a mention in place of the text between two offsets, and says where the caret goes. */
export function mentionIn(draft: Draft, start: number, end: number, person: PublicUser): { draft: Draft, caret: number } {
  const name = mentionText(person)
  const after = draft.text.slice(end)
  const text = `${draft.text.slice(0, start)}${name}${after.startsWith(' ') ? '' : ' '}${after}`
  const { mentions } = editDraft(draft, text)
  const mention = { start, end: start + name.length, person }
  return {
    draft: { text, mentions: [...mentions, mention].sort((a, b) => a.start - b.start) },
    caret: mention.end + 1,
  }
}

/** Joins two drafts, one below the other. */
export function joinDrafts(first: Draft, second: Draft): Draft {
  if (first.text === '' || second.text === '') return first.text === '' ? second : first
  const text = `${first.text}\n\n${second.text}`
  const offset = text.length - second.text.length
  return { text, mentions: [...first.mentions, ...second.mentions.map(one => ({ ...one, start: one.start + offset, end: one.end + offset }))] }
}

/** The body as the API takes it, with mentions as ids. */
export function bodyOf(draft: Draft): string {
  let end = 0
  const parts = draft.mentions.map((mention) => {
    const part = draft.text.slice(end, mention.start) + mentionOf(mention.person.id)
    end = mention.end
    return part
  })
  return parts.join('') + draft.text.slice(end)
}

const asked = /(?:^|[^\p{L}\p{M}\p{N}_@])@([\p{L}\p{M}\p{N}_.'’-]{1,40}(?: [\p{L}\p{M}\p{N}_.'’-]{1,40})?)$/u

/** The search text of a mention that is being typed: what is between an `@` and the caret, two words at most; null when there is none. */
export function mentionAsked(draft: Draft, caret: number): { q: string, start: number } | null {
  const q = asked.exec(draft.text.slice(0, caret))?.[1]
  if (!q) return null
  const start = caret - q.length - 1
  return draft.mentions.some(mention => start < mention.end && mention.start < caret) ? null : { q, start }
}
