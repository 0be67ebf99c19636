import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import postgres from 'postgres'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { anyCharacter } from '../../any-character.ts'
import { createTestDatabase } from '../support/rollcall.ts'

let sql: postgres.Sql
beforeEach(async () => {
  sql = postgres(await createTestDatabase({ empty: true }), { max: 1, onnotice: () => {} })
})
afterEach(() => sql.end())

const run = async (name: string) => {
  for (const statement of (await readFile(`db/migrations/${name}.sql`, 'utf8')).split('--> statement-breakpoint')) await sql.unsafe(statement)
}

it('turns reasons that were stored in English into codes with details', async () => {
  for (const name of ['0000_init', '0001_words_keys_undo', '0002_admin', '0003_live_names']) await run(name)
  const stored: [string, string | null, string | null, object | null][] = [
    ['applied', null, null, null],
    ['stale', 'the user was deleted', 'deleted', null],
    ['stale', 'older than what is stored', 'older', null],
    ['ignored', 'a sample, not written', 'sample', null],
    ['ignored', 'no usable user inside', 'no-user', null],
    ['ignored', 'a type that is not used here', 'unused-type', null],
    ['rejected', 'the body is not JSON', 'not-json', null],
    ['rejected', 'data: expected Object', 'not-an-event', { path: 'data', expected: 'Object' }],
    ['rejected', 'data.first_name: holds the NUL character', 'unusable-user', { path: 'data.first_name', expected: 'holds the NUL character' }],
    ['rejected', 'from the instance ins_a, but this database mirrors ins_b', 'other-instance', { instance: 'ins_a', mirrored: 'ins_b' }],
    ['rejected', 'NUXT_CLERK_SECRET_KEY belongs to the Clerk instance ins_a, but this database mirrors ins_b. Set the key of ins_b, or use another database.', 'wrong-key', { instance: 'ins_a', mirrored: 'ins_b' }],
    ['failed', 'failed: PostgresError 53300 at x', 'database-full', { code: '53300' }],
    ['failed', 'failed: PostgresError 57P01 at x', 'database-unreachable', { code: '57P01' }],
    ['failed', 'failed: Error CONNECTION_CLOSED at x', 'database-unreachable', { code: 'CONNECTION_CLOSED' }],
    ['failed', 'failed: PostgresError 22P02 at x', 'database-refused', { code: '22P02' }],
    ['failed', 'failed: TypeError at x', 'internal', null],
  ]
  for (const [index, [outcome, reason]] of stored.entries()) {
    await sql`insert into webhook_events (id, first_received_at, last_received_at, outcome, reason) values (${String(index).padStart(2, '0')}, now(), now(), ${outcome}, ${reason})`
  }
  const errors: [string | null, object | null][] = [
    [null, null],
    ['The process ended before the scan did. Start it again: it is safe.', { code: 'cut-off' }],
    ['Clerk refused the secret key (401). Check NUXT_CLERK_SECRET_KEY.', { code: 'clerk', failure: { code: 'unauthorized', status: 401 } }],
    ['Clerk answered 500. Nothing was taken for gone; try again later.', { code: 'clerk', failure: { code: 'status', status: 500 } }],
    ['The database failed (57P01). Try again when it is back.', { code: 'database', sqlState: '57P01' }],
    ['Anything else', { code: 'internal' }],
  ]
  const refused = { refused: '40 users of ours are not in Clerk\'s list, more than the 10 that may be taken for gone.' }
  for (const [index, [error]] of errors.entries()) {
    await sql`insert into sync_runs (id, kind, started_by, error, report) values (${`00000000-0000-7000-8000-00000000000${index}`}, 'reconcile', 'schedule', ${error}, ${index === 0 ? sql.json(refused) : null})`
  }

  await run('0004_codes_for_reasons')
  expect(await sql`select outcome, reason, details from webhook_events order by id`).toEqual(stored.map(([outcome, , reason, details]) => ({ outcome, reason, details })))
  expect((await sql`select error from sync_runs order by id`).map(row => row.error)).toEqual(errors.map(([, error]) => error))
  expect((await sql`select report from sync_runs order by id limit 1`)[0]?.report).toEqual({ refused: { found: 40, limit: 10 } })
})

it('makes rows readable whose words were cut in the middle of a character', async () => {
  for (const name of ['0000_init', '0001_words_keys_undo', '0002_admin', '0003_live_names', '0004_codes_for_reasons', '0005_simple_lists']) await run(name)
  const firstName = '㌖'.repeat(120)
  await sql`
    insert into users (id, username, first_name, email, synced_at, synced_by)
    values ('user_1', 'ada', ${firstName}, 'ada@example.com', now(), 'scan'), ('user_2', 'ben', null, null, now(), 'scan')
  `
  await expect(sql`select * from users`).rejects.toMatchObject({ code: '22021' })

  await run('0006_whole_words')
  expect(await sql`select * from users order by id`).toMatchObject([{ id: 'user_1', first_name: firstName }, { id: 'user_2' }])
  const find = async (q: string) => (await sql`select id from users where search @@ search_query(${q}, true) order by id`).map(row => row.id)
  expect(await find('㌖㌖')).toEqual(['user_1'])
  expect(await find('example ada')).toEqual(['user_1'])
  expect(await find('ben')).toEqual(['user_2'])
  expect((await sql`select indexname from pg_indexes where indexname like 'users%idx' order by 1`).map(row => row.indexname)).toEqual([
    'users_deleted_idx', 'users_joined_idx', 'users_name_idx', 'users_pending_idx', 'users_search_idx', 'users_synced_idx', 'users_username_idx',
  ])
})

it('keeps the words by which people are found', async () => {
  for (const name of ['0000_init', '0001_words_keys_undo', '0002_admin', '0003_live_names', '0004_codes_for_reasons', '0005_simple_lists', '0006_whole_words']) await run(name)
  const pieces = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 6 }),
    fc.constantFrom(' ', '  ', '~', '\u00A0', '\u3000', '\'', '’', '.', '@', 'Ada', 'É', 'Straße', 'Ærø', 'ŒUVRE', 'ΟΔΥΣ', 'Łódź', 'İı', '㌖', '\uFDFA', 'שָׁלוֹם', '👩‍👩‍👧‍👦'),
    fc.constantFrom('x', 'é', '㌖', 'ab ').map(text => text.repeat(150)),
    fc.nat(3).map(more => 'x'.repeat(199 + more)),
  )
  const texts = fc.sample(fc.array(pieces, { maxLength: 8 }).map(parts => parts.join('').toWellFormed().replaceAll('\0', '')), 500)
  const find = () => sql`select text, search_words(text, '') as names, search_words(text, '~') as emails from unnest(${texts}::text[]) as text`
  const before = await find()
  await run('0011_plain_words')
  expect(await find()).toEqual(before)
})
