import fc from 'fast-check'
import * as v from 'valibot'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { listAdminUsers } from '#db/queries/admin-users.ts'
import { listMembers } from '#db/queries/members.ts'
import { findMentionable } from '#db/queries/mentions.ts'
import { findMirrorUsers } from '#db/queries/scan.ts'
import { findUser } from '#db/queries/users.ts'
import { ClerkUser } from '#server/schemas/clerk.ts'
import { applyNews } from '#server/sync/receive/apply.ts'
import { Cursor, encodeCursor } from '#shared/schemas/paging.ts'
import type { Position } from '#shared/schemas/paging.ts'
import { Search } from '#shared/schemas/text.ts'
import { fullName } from '#shared/utils/full-name.ts'
import { settleMentions } from '#shared/utils/mentions.ts'
import { anyCharacter } from '../../any-character.ts'
import { createTestDatabase } from '../support/rollcall.ts'

/*
 * Any name that Clerk can hold is stored, read back, found, sorted and paged. A failure prints its seed and path:
 *   ROLLCALL_SEED=-123456 ROLLCALL_PATH=17:2:0 npx vitest run --project e2e test/e2e/db/names.test.ts
 */
const { ROLLCALL_SEED, ROLLCALL_PATH, ROLLCALL_RUNS } = process.env
const runs = Number(ROLLCALL_RUNS ?? 200)
const TIME_LIMIT_MS = Math.max(150_000, runs * 500)

let db: Database
beforeAll(async () => {
  db = openDatabase(await createTestDatabase(), { max: 2 })
})
afterAll(() => db && closeDatabase(db))
// Nothing else has rows. To truncate it would empty all tables that refer to it, in 20 ms.
const removeAll = () => db.$client`delete from users`
afterEach(removeAll)

interface Names { username?: string, firstName?: string, lastName?: string, email?: string }

/** Writes a user of Clerk as a scan does. */
async function write(id: string, { username, firstName, lastName, email }: Names): Promise<ClerkUser> {
  const user = v.parse(ClerkUser, {
    id, username, first_name: firstName, last_name: lastName, updated_at: 1_760_000_000_000,
    email_addresses: email === undefined ? [] : [{ id: 'idn_1', email_address: email }], primary_email_address_id: 'idn_1',
  })
  expect(await applyNews(db, [{ kind: 'read', user, source: 'scan', by: 'list', beganAt: new Date().toISOString() }])).toMatchObject([{ written: true }])
  return user
}

const admins = { q: '', sort: 'name', order: 'asc', limit: 100 } as const
const byName = async (q: string) => (await listMembers(db, { q: v.parse(Search, q), limit: 100 })).users.map(user => user.id)
const byNameOrEmail = async (q: string) => (await listAdminUsers(db, { ...admins, q: v.parse(Search, q) })).users.map(user => user.id)

/** The ids of all pages of one row each; every cursor goes through a URL. */
async function pageThrough(list: (cursor: Position | undefined) => Promise<{ users: { id: string }[], next: Position | null }>): Promise<string[]> {
  const ids: string[] = []
  for (let next: Position | null | undefined; next !== null && ids.length < 10;) {
    const page = await list(next && v.parse(Cursor, encodeCursor(next)))
    ids.push(...page.users.map(user => user.id))
    next = page.next
  }
  return ids
}

describe('a name', () => {
  it('that outgrows a lexeme when it is decomposed is stored whole, and found', async () => {
    const firstName = '㌖'.repeat(120)
    await write('user_1', { firstName })
    expect((await db.$client`select * from users`)[0]).toMatchObject({ id: 'user_1', first_name: firstName })
    expect(await byName('㌖㌖')).toEqual(['user_1'])
    expect(await byName('キロ')).toEqual(['user_1'])
    expect(await byNameOrEmail('㌖'.repeat(100))).toEqual(['user_1'])
    expect((await findMirrorUsers(db, ['user_1'])).get('user_1')).toMatchObject({ firstName })
  })

  it('of 4,000 characters is stored, sorted, paged and mentioned', async () => {
    const long = Array.from({ length: 3_900 }, (_, index) => (index * 7919 % 46_656).toString(36)).join('').slice(0, 3_990)
    await write('user_1', { username: `${long}_1`, firstName: `${long}1`, lastName: long, email: `${long}@x` })
    await write('user_2', { username: `${long}_2`, firstName: `${long}2` })
    await write('user_3', { firstName: 'Zoe' })
    expect(await pageThrough(cursor => listAdminUsers(db, { ...admins, limit: 1, cursor }))).toEqual(['user_1', 'user_2', 'user_3'])
    expect(await pageThrough(cursor => listMembers(db, { q: long.slice(0, 100), limit: 1, cursor }))).toEqual(['user_1', 'user_2'])
    const named = await findMentionable(db, null, [], [`${long}_2`])
    expect(settleMentions(`@${long}_2`, named)).toBe('<@user_2>')
  })

  it('of control characters, which JSON writes with six, is paged', async () => {
    for (const id of ['user_1', 'user_2', 'user_3']) await write(id, { firstName: '\u0001'.repeat(4_000) })
    expect(await pageThrough(cursor => listAdminUsers(db, { ...admins, limit: 1, cursor }))).toEqual(['user_1', 'user_2', 'user_3'])
  })

  it('after a user name of 4,000 characters is found', async () => {
    await write('user_1', { username: 'x'.repeat(4_000), firstName: 'Ada', lastName: 'Lovelace' })
    expect(await byName('lovelace ada')).toEqual(['user_1'])
  })

  it.each([
    ['Νίκος', 'ΝΊΚΟΣ'], ['ΝΊΚΟΣ', 'νικος'], ['ΟΔΥΣΣΕΎΣ', 'ΟΔΥΣ'], ['佐々木 〇', '佐々木'], ['佐々木 〇', '〇'], ['a\u{FEFF}b', 'b'], ['a\u1680b', 'b'], ['Straße', 'STRASSE'], ['Łukasz', 'lukasz'],
  ])('%j is found by %j', async (firstName, q) => {
    await write('user_1', { firstName })
    expect(await byName(q)).toEqual(['user_1'])
  })
})

/** First name, last name, and the name that is shown. */
const shown: [string | null, string | null, string | null][] = [
  ['伟', '李', '李伟'], ['小明', '欧阳', '欧阳小明'], ['春香', '山本', '山本春香'], ['さくら', '佐々木', '佐々木さくら'], ['민준', '김', '김민준'],
  ['タロウ', 'ヤマダ', 'ヤマダタロウ'], [' 伟 ', '李\n', '李伟'], ['𠮷', '葛\u{E0100}', '葛\u{E0100}𠮷'], ['か\u3099', '가'.normalize('NFD'), `${'가'.normalize('NFD')}か\u3099`],
  ['伟', null, '伟'], [null, '李', '李'], ['李 伟', null, '李 伟'], ['伟', ' ', '伟'],
  ['Wei', '李', 'Wei 李'], ['伟', 'Li', '伟 Li'], ['伟 (William)', '李', '伟 (William) 李'], ['Zoë Renée', 'Vandersteen', 'Zoë Renée Vandersteen'],
  ['👩‍👩‍👧‍👦', '李', '👩‍👩‍👧‍👦 李'], [' ', null, null], [null, null, null],
]

describe('the name that is shown', () => {
  it.each(shown)('of %j %j is %j', async (firstName, lastName, name) => {
    await write('user_1', { firstName: firstName ?? undefined, lastName: lastName ?? undefined })
    expect((await findUser(db, 'user_1'))?.user.name).toBe(name ?? 'New member')
    expect(fullName(firstName, lastName)).toBe(name ?? '')
  })

  it.each([
    ['李伟', ['伟', '李']], ['李', ['伟', '李']], ['伟', ['伟', '李']], ['李 伟', ['伟', '李']], ['欧阳小', ['小明', '欧阳']], ['佐々木さ', ['さくら', '佐々木']],
    ['김민준', ['민준', '김']], ['김민', ['민준', '김']], ['김민준'.normalize('NFD'), ['민준', '김']], ['ヤマダタロウ', ['タロウ', 'ヤマダ']], ['ﾔﾏﾀﾞﾀ', ['タロウ', 'ヤマダ']],
  ])('%j finds it, whatever script', async (q, [firstName, lastName]) => {
    await write('user_1', { firstName, lastName })
    await write('user_2', { firstName: '张', lastName: '王' })
    expect(await byName(q)).toEqual(['user_1'])
    expect(await byNameOrEmail(q)).toEqual(['user_1'])
  })

  it('sorts by the family name where that comes first', async () => {
    for (const [index, [firstName, lastName]] of [['伟', '李'], ['一', '王'], ['丁', '李']].entries()) await write(`user_${index}`, { firstName, lastName })
    expect(await pageThrough(cursor => listAdminUsers(db, { ...admins, limit: 1, cursor }))).toEqual(['user_2', 'user_0', 'user_1'])
  })
})

const anyPiece = fc.oneof(
  fc.string({ unit: anyCharacter, minLength: 1, maxLength: 6 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
  // What grows when it is decomposed, twentyfold at most.
  fc.constantFrom('㌖', '\uFDFA', '\uFDFB', 'ﬃ', '㍿', '½', '\u{1D160}', '\u0390', '\u1F82', 'ẛ̣', '각', '…', '´', '\u037A'),
  fc.constantFrom('\u0301', '\u0323', '\u0345', '\u05B0', '\u064B', '\u0F71', '\u0F72', '\u1DC0', '\u20DD', '\u3099', '\u{1D165}', '\u{E0100}', '\u200D', '\uFE0F'),
  fc.constantFrom('שָׁלוֹם', 'مُحَمَّد', '\u202E', '\u2066', '\u200F', 'नमस्ते', 'ไทย'),
  fc.constantFrom('👩‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '👍🏽', '1️⃣', '❤️', '𝔄𝔡𝔞', '𠮷'),
  fc.constantFrom(' ', '\t', '\n', '\r\n', '\u0085', '\u00A0', '\u1680', '\u2003', '\u2028', '\u202F', '\u3000', '\uFEFF', '\u200B'),
  fc.constantFrom('\'', '’', '"', '\\', ':*', '&', '|', '!', '(', ')', '<->', '~', '%', '_', '@', '.', '-', '{', '}', ',', 'İ', 'ı', 'Σ', 'ẞ', 'Ǆ'),
  fc.string({ minLength: 1, maxLength: 12 }),
)
/** What `ClerkUser` takes: 4,000 UTF-16 units at most, no NUL. */
const anyText = fc.array(fc.tuple(anyPiece, fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 4_000 }) })), { minLength: 1, maxLength: 8 })
  .map(parts => parts.map(([piece, times]) => piece.repeat(Math.min(times, Math.ceil(4_000 / piece.length)))).join('').slice(0, 4_000).replaceAll('\0', ''))
const maybeText = fc.option(anyText, { nil: undefined })
const anyNames: fc.Arbitrary<Names> = fc.record({ username: maybeText, firstName: maybeText, lastName: maybeText, email: maybeText })

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * What someone may type to find a text: the beginning of each word that begins within its first 200 characters, in whole
 * graphemes, as a search holds them. The first of one and the longest are taken.
 */
function beginningsOf(text: string): string[] {
  const words = [...[...text].slice(0, 200).join('').matchAll(/\S+/gu)].map(({ index }) => /^\S+/u.exec(text.slice(index))?.[0] ?? '')
  return [...new Set(words.slice(0, 6).flatMap((word) => {
    let [first, longest] = ['', '']
    for (const { segment } of segmenter.segment(word.slice(0, 2_000))) {
      if (longest.length + segment.length > 100) break
      longest += segment
      first ||= segment
    }
    return [first, longest]
  }))].filter(Boolean)
}

/** Marks alone are no word. */
const isMarks = (q: string) => !/[\p{Lu}\p{Ll}\p{Lo}\p{N}]/u.test(q)

/** As few searches as have all of these words, since a search finds who has each of its words. */
function searchesOf(words: readonly string[]): string[] {
  return words.toSorted((a, b) => a.length - b.length).reduce<string[]>((all, word) => {
    const last = all.at(-1)
    return last !== undefined && !isMarks(last) && !isMarks(word) && last.length + word.length < 100 ? [...all.slice(0, -1), `${last} ${word}`] : [...all, word]
  }, [])
}

it('is the same in the browser and in the database, for any two parts', async () => {
  const part = fc.oneof(anyText.map(text => text.slice(0, 20).toWellFormed()), fc.string({ unit: fc.constantFrom('李', '伟', '山', 'さ', 'ヤ', 'ー', '민', ' ', '\u3000', 'a', '々', '𠮷', '\u{E0100}') }))
  const parts = fc.sample(fc.tuple(part, part), 1_000)
  const rows = await db.$client`
    select display_name(one, two, null) as name from unnest(${parts.map(([one]) => one)}::text[], ${parts.map(([, two]) => two)}::text[]) with ordinality as t (one, two, n) order by n
  `
  // btrim takes the space alone.
  expect(rows.map(({ name }) => (name ?? '').trim())).toEqual(parts.map(([one, two]) => fullName(one, two)))
})

it(`${runs} times three users of any names are stored, read, found, sorted and paged`, { timeout: TIME_LIMIT_MS + 30_000 }, async () => {
  let words = 0
  await fc.assert(fc.asyncProperty(fc.tuple(anyNames, anyNames, anyNames), async (given) => {
    await removeAll()
    const users: ClerkUser[] = []
    for (const [index, names] of given.entries()) users.push(await write(`user_${index}`, names))
    const ids = users.map(user => user.id)

    expect(await db.$client`select *, search::text from users order by id`).toMatchObject(users.map(({ id, username, firstName, lastName, email }) => ({
      id, username, first_name: firstName, last_name: lastName, email,
    })))
    expect((await pageThrough(cursor => listAdminUsers(db, { ...admins, limit: 1, cursor }))).sort()).toEqual(ids)
    expect((await pageThrough(cursor => listAdminUsers(db, { ...admins, order: 'desc', limit: 1, cursor }))).sort()).toEqual(ids)

    for (const { id, username, firstName, lastName, email } of users) {
      const public_ = [username, firstName, lastName].flatMap(text => beginningsOf(text ?? ''))
      for (const [find, texts] of [[byName, public_], [byNameOrEmail, [...public_, ...beginningsOf(email ?? '')]]] as const) {
        for (const q of searchesOf(texts)) {
          const found = await find(q)
          if (!found.includes(id) && !isMarks(q)) expect.fail(`${JSON.stringify(q)} does not find ${id}`)
        }
        words += texts.length
      }
    }
  }), {
    numRuns: runs,
    seed: ROLLCALL_SEED ? Number(ROLLCALL_SEED) : undefined,
    path: ROLLCALL_PATH,
    interruptAfterTimeLimit: TIME_LIMIT_MS,
    markInterruptAsFailure: true,
  })
  if (runs >= 200) expect(words).toBeGreaterThan(runs * 5)
})
