import * as v from 'valibot'
import { graphemes } from '../utils/graphemes.ts'
import { mentionedIds, mentionPattern } from '../utils/mentions.ts'

export const POST_MAX_CHARACTERS = 500
/**
 * A ceiling for what 500 graphemes may weigh, which `posts_body_check` has too: 16 bytes for each is more than any script takes,
 * but an emoji family is 25, and a grapheme of stacked accents has no end.
 */
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

/** Whether a post has more than `POST_MAX_BYTES`, however few its characters are. */
export const isPostTooLarge = (body: string): boolean => new TextEncoder().encode(body).length > POST_MAX_BYTES
export const POST_TOO_LARGE = 'This post is too large: an emoji such as 👨‍👩‍👧‍👦, or a letter with many accents, takes the room of many letters. Remove some of them.'

/** The body of a post: trimmed, line ends as `\n`, 1 to 500 characters (graphemes), at most 8,000 bytes and 20 mentions. */
export const PostBody = v.pipe(
  v.string('Write something first.'),
  v.transform(text => text.toWellFormed().replace(/\r\n?/g, '\n').trim()),
  storable('A post cannot hold the NUL character.'),
  v.minLength(1, 'Write something first.'),
  v.check(text => !isPostTooLarge(text), POST_TOO_LARGE),
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
