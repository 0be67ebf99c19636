import * as v from 'valibot'
import { graphemes } from '../utils/graphemes.ts'
import { mentionedIds, mentionPattern } from '../utils/mentions.ts'

export const POST_MAX_CHARACTERS = 500
/** A ceiling for what 500 graphemes may weigh: one emoji family is 25 bytes, a Zalgo letter hundreds. */
export const POST_MAX_BYTES = 8_000
/** People that one post may mention. */
export const POST_MAX_MENTIONS = 20
export const BIO_MAX_CHARACTERS = 300

/** Characters as people count them: a flag, a family or an accented letter is one. */
export function countCharacters(text: string): number {
  let count = 0
  for (const _ of graphemes.segment(text)) count++
  return count
}

/** As `countCharacters`; a mention is one character, however long the name behind it is. */
export const countPostCharacters = (body: string): number => countCharacters(body.replace(mentionPattern, '@'))

/** Postgres cannot store NUL in a text: https://www.postgresql.org/docs/current/datatype-character.html */
export const storable = <TMessage extends string>(message: TMessage) =>
  v.check<string, TMessage>(text => !text.includes('\0'), message)

const bytes = (text: string) => new TextEncoder().encode(text).length

/** The body of a post: trimmed, line ends as `\n`, 1 to 500 characters (graphemes), at most 8,000 bytes and 20 mentions. */
export const PostBody = v.pipe(
  v.string('Write something first.'),
  v.transform(text => text.toWellFormed().replace(/\r\n?/g, '\n').trim()),
  storable('A post cannot hold the NUL character.'),
  v.minLength(1, 'Write something first.'),
  v.check(text => bytes(text) <= POST_MAX_BYTES, 'This post is too large. Use fewer combined characters.'),
  v.check(text => countPostCharacters(text) <= POST_MAX_CHARACTERS, `A post has ${POST_MAX_CHARACTERS} characters at most.`),
  v.check(text => mentionedIds(text).length <= POST_MAX_MENTIONS, `A post mentions ${POST_MAX_MENTIONS} people at most.`),
)

/** A search text: trimmed, 100 characters at most; empty means no search. */
export const Search = v.pipe(
  v.string(),
  v.maxLength(100, 'Search for 100 characters at most.'),
  v.transform(text => text.toWellFormed().trim()),
  storable('Search cannot hold the NUL character.'),
)
