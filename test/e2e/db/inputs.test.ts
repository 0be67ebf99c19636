import fc from 'fast-check'
import * as v from 'valibot'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { listAdminUsers } from '#db/queries/admin-users.ts'
import { listEvents } from '#db/queries/events.ts'
import { listMembers } from '#db/queries/members.ts'
import { listPosts, listReplies } from '#db/queries/posts.ts'
import { listRefusals } from '#db/queries/refusals.ts'
import { listRuns } from '#db/queries/runs.ts'
import { AdminUsersQuery, EventsQuery, RefusalsQuery, RunsQuery, userSorts } from '#shared/schemas/admin.ts'
import { encodeCursor } from '#shared/schemas/paging.ts'
import { PeopleQuery } from '#shared/schemas/people.ts'
import { PostsQuery } from '#shared/schemas/posts.ts'
import { anyCharacter } from '../../any-character.ts'
import { createTestDatabase } from '../support/rollcall.ts'

let db: Database
beforeAll(async () => {
  db = openDatabase(await createTestDatabase(), { max: 1 })
})
afterAll(() => closeDatabase(db))

const uuid = '01990000-0000-7000-8000-000000000001'
const digits = (max: number, width: number) => fc.integer({ min: 0, max }).map(number => String(number).padStart(width, '0'))
const year = fc.oneof(fc.constantFrom('0000', '0001', '9999', '+010000', '-000001', '294277'), digits(9999, 4))
/** Times, those that no calendar has among them. */
const time = fc.tuple(year, digits(13, 2), digits(32, 2), digits(25, 2), digits(61, 2), digits(61, 2), fc.constantFrom('Z', '+14:00', '-12:00'))
  .map(([y, month, day, hour, minute, second, zone]) => `${y}-${month}-${day}T${hour}:${minute}:${second}.000${zone}`)
const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: anyCharacter, maxLength: 40 }))
const key = fc.oneof(time, text, fc.constantFrom('infinity', 'now', 'epoch', ''))
const cursor = fc.option(fc.record({ key, id: fc.oneof(fc.constant(uuid), text) }).map(encodeCursor), { nil: undefined })
const moment = fc.oneof(fc.constant(undefined), time, time.map(at => at.slice(0, 10)))
const q = fc.option(text, { nil: undefined })

const query = <T>(schema: v.GenericSchema<unknown, T>, ask: (input: T) => Promise<unknown>) => async (input: object) => {
  const parsed = v.safeParse(schema, input)
  if (parsed.success) await ask(parsed.output)
}

const lists: [name: string, input: fc.Arbitrary<object>, ask: (input: object) => Promise<void>][] = [
  ['posts', fc.record({ cursor, author: q }), query(PostsQuery, ({ cursor, ...rest }) => listPosts(db, { ...rest, after: cursor, viewerId: null }))],
  ['replies', fc.record({ cursor }), query(PostsQuery, ({ cursor, limit }) => listReplies(db, uuid, { limit, after: cursor, viewerId: null }))],
  ['members', fc.record({ cursor, q }), query(PeopleQuery, input => listMembers(db, input))],
  ['an admin\'s users', fc.record({ cursor, q, sort: fc.constantFrom(...userSorts) }), query(AdminUsersQuery, input => listAdminUsers(db, input))],
  ['events', fc.record({ cursor, since: moment, until: moment, type: q, user: fc.constantFrom(undefined, 'user_1') }), query(EventsQuery, input => listEvents(db, input))],
  ['refusals', fc.record({ since: moment, until: moment }), query(RefusalsQuery, input => listRefusals(db, input))],
  ['runs', fc.record({ cursor }), query(RunsQuery, input => listRuns(db, input))],
]

it.each(lists)('what the schema takes for a list of %s, Postgres takes', async (_, input, ask) => {
  await fc.assert(fc.asyncProperty(input, ask), { numRuns: 300 })
  expect.assertions(0)
})
