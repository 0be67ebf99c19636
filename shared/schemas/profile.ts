import * as v from 'valibot'
import { BIO_MAX_CHARACTERS, countCharacters, storable } from './text.ts'

const Bio = v.pipe(
  v.string(),
  v.transform(text => text.toWellFormed().trim()),
  storable('A bio cannot hold the NUL character.'),
  v.check(text => countCharacters(text) <= BIO_MAX_CHARACTERS, `A bio has ${BIO_MAX_CHARACTERS} characters at most.`),
  v.check(text => text.length <= BIO_MAX_CHARACTERS * 16, 'This bio is too large: an emoji such as 👨‍👩‍👧‍👦, or a letter with many accents, takes the room of many letters. Remove some of them.'),
  v.transform(text => text === '' ? null : text),
)

const Country = v.pipe(v.string(), v.regex(/^[A-Z]{2}$/, 'Give the country as two capital letters, ISO 3166-1.'))

const Birthday = v.pipe(
  v.string(),
  v.isoDate('Give the birthday as YYYY-MM-DD.'),
  // `Date.parse` takes 31 February and makes it March.
  v.check(day => new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) ?? false, 'There is no such day.'),
  v.check(day => day >= '1900-01-01' && day <= new Date().toISOString().slice(0, 10), 'Give a day between 1900 and today.'),
)

/** `PATCH /api/me/profile`: only what is given changes; null empties. */
export const ProfilePatch = v.object({
  bio: v.optional(v.nullable(Bio)),
  country: v.optional(v.nullable(Country)),
  birthday: v.optional(v.nullable(Birthday)),
})
export type ProfilePatch = v.InferOutput<typeof ProfilePatch>
