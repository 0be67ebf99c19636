import { createClerkClient } from '@clerk/backend'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { LocalClerk } from '#local-clerk/index.ts'
import { backendApi, start } from './helpers.ts'

const at = 1_700_000_000_000
const sdk = (clerk: LocalClerk) => createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url, telemetry: { disabled: true } }).users

const ids = async (response: Response) => v.parse(v.array(v.object({ id: v.string() })), await response.json()).map(user => user.id)
const names = (users: { firstName: string | null }[]) => users.map(user => user.firstName)

const refusal = v.object({
  errors: v.tuple([v.object({ code: v.string(), message: v.string(), long_message: v.string(), meta: v.object({ param_name: v.optional(v.string()) }) })]),
  clerk_trace_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
})
const refusalOf = async (response: Response) => v.parse(refusal, await response.json()).errors[0]

describe('GET /v1/users', () => {
  it('orders by each field, both ways, and one descending list is the ascending one turned round', async () => {
    const clerk = await start()
    const [ann, bea, cid] = ['Ann', 'Bea', 'Cid'].map((firstName, index) => clerk.users.create({
      firstName,
      lastName: ['Y', 'Z', 'X'][index],
      username: ['ccc', 'aaa', 'bbb'][index],
      email: `${['b', 'c', 'a'][index]}@example.com`,
      createdAt: at + index,
      updatedAt: at + 100 - index,
    }))
    const list = async (orderBy: string) => ids(await backendApi(clerk, `/users?order_by=${encodeURIComponent(orderBy)}`))
    const expected = {
      created_at: [ann, bea, cid], updated_at: [cid, bea, ann], first_name: [ann, bea, cid], last_name: [cid, ann, bea],
      username: [bea, cid, ann], email_address: [cid, ann, bea],
    }
    for (const [field, users] of Object.entries(expected)) {
      expect(await list(`+${field}`), field).toEqual(users.map(user => user?.id))
      expect(await list(field), field).toEqual(users.map(user => user?.id))
      expect(await list(`-${field}`), field).toEqual(users.map(user => user?.id).reverse())
    }
    for (const field of ['last_sign_in_at', 'last_active_at', 'web3wallet', 'phone_number']) {
      expect(await list(`-${field}`), field).toEqual((await list(`+${field}`)).reverse())
    }
    expect(await ids(await backendApi(clerk, '/users'))).toEqual([cid?.id, bea?.id, ann?.id])
    expect(await ids(await backendApi(clerk, '/users?order_by=first_name&order_by=-created_at'))).toEqual([ann?.id, bea?.id, cid?.id])
  })

  it('orders equal times by id', async () => {
    const clerk = await start()
    const sorted = clerk.users.import({ count: 50, createdAt: at, updatedAt: at }).map(user => user.id).sort()
    expect(await ids(await backendApi(clerk, '/users?order_by=%2Bupdated_at&limit=50'))).toEqual(sorted)
    expect(await ids(await backendApi(clerk, '/users?order_by=-updated_at&limit=50'))).toEqual(sorted.reverse())
  })

  it('filters by times, activity, bans and texts, and counts the same', async () => {
    const clerk = await start()
    const [ann, bea, cid] = ['Ann', 'Bea', 'Cid'].map((firstName, index) =>
      clerk.users.create({ firstName, lastName: 'Smith', username: `user_${index}`, email: `${firstName}@example.com`, createdAt: at + index }))
    clerk.users.setBanned(bea?.id ?? '', true)
    await clerk.session(cid?.id ?? '')
    const signedInAt = clerk.users.get(cid?.id ?? '').lastSignInAt ?? 0
    const cases = {
      [`created_at_after=${at}`]: ['Bea', 'Cid'],
      [`created_at_before=${at + 1}`]: ['Ann'],
      [`created_at_after=${at}&created_at_before=${at + 2}`]: ['Bea'],
      [`last_active_at_after=${signedInAt - 1}`]: ['Cid'],
      [`last_active_at_before=${signedInAt}`]: [],
      [`last_active_at_since=${signedInAt}`]: ['Cid'],
      [`last_sign_in_at_after=${signedInAt - 1}&last_sign_in_at_before=${signedInAt + 1}`]: ['Cid'],
      'banned=true': ['Bea'],
      'banned=false': ['Ann', 'Cid'],
      'name_query=bea%20sm': ['Bea'],
      'username_query=USER_2': ['Cid'],
      'email_address_query=ANN@': ['Ann'],
      'query=cid@exa': ['Cid'],
      'phone_number=%2B15550100': [],
      'organization_id=org_1': [],
      [`user_id=${ann?.id}&user_id=${cid?.id}`]: ['Ann', 'Cid'],
      [`user_id[]=%2B${ann?.id}`]: ['Ann'],
      [`user_id=-${ann?.id}`]: ['Bea', 'Cid'],
    }
    const listed = v.array(v.object({ first_name: v.string() }))
    const counted = v.object({ object: v.literal('total_count'), total_count: v.number() })
    for (const [query, expected] of Object.entries(cases)) {
      const users = v.parse(listed, await (await backendApi(clerk, `/users?order_by=created_at&${query}`)).json())
      expect(users.map(user => user.first_name), query).toEqual(expected)
      const count = v.parse(counted, await (await backendApi(clerk, `/users/count?${query}`)).json())
      expect(count.total_count, query).toBe(expected.length)
    }
  })

  it('names up to a hundred users by id', async () => {
    const clerk = await start()
    const users = clerk.users.import({ count: 101 })
    const found = await sdk(clerk).getUserList({ userId: users.slice(0, 100).map(user => user.id), limit: 500 })
    expect(found.data).toHaveLength(100)
    expect(found.totalCount).toBe(100)
    const response = await backendApi(clerk, `/users?${users.map(user => `user_id=${user.id}`).join('&')}`)
    expect(response.status).toBe(422)
    expect((await refusalOf(response)).meta).toEqual({ param_name: 'user_id' })
  })

  it('narrows by organizations and accounts elsewhere, which nobody has', async () => {
    const clerk = await start()
    clerk.users.create({ firstName: 'Ann' })
    const countOf = async (query: string) => (await ids(await backendApi(clerk, `/users?${query}`))).length
    expect(await countOf('organization_id=-org_1')).toBe(1)
    expect(await countOf('organization_id=org_1&organization_id=-org_2')).toBe(0)
    expect(await countOf('provider=oauth_google&provider_user_id=1')).toBe(0)
    expect((await backendApi(clerk, '/users?provider=oauth_google')).status).toBe(422)
    expect((await backendApi(clerk, '/users/count?limit=1')).status).toBe(422)
  })

  it.each(['limit=0', 'limit=501', 'limit=many', 'offset=-1', 'order_by=-age', 'created_at_after=yesterday', 'banned=perhaps', 'phone=5550100', 'email=ann@example.com'])('refuses %s', async (query) => {
    const clerk = await start()
    const response = await backendApi(clerk, `/users?${query}`)
    expect(response.status).toBe(422)
    expect((await refusalOf(response)).meta.param_name).toBe(query.split('=')[0])
  })
})

describe('starting_after', () => {
  it.each(['-created_at', '%2Bcreated_at', 'created_at'])('walks a list by %s past equal times, without a gap or a repeat', async (order) => {
    const clerk = await start()
    clerk.users.import({ count: 30, createdAt: at })
    clerk.users.import({ count: 30, createdAt: [at - 5, at + 5] })
    const whole = await ids(await backendApi(clerk, `/users?limit=500&order_by=${order}`))
    const walked: string[] = []
    let page: string[]
    do {
      const cursor = walked.length > 0 ? `&starting_after=${walked.at(-1)}` : ''
      page = await ids(await backendApi(clerk, `/users?limit=7&order_by=${order}${cursor}`))
      walked.push(...page)
    } while (page.length === 7)
    expect(walked).toEqual(whole)
    expect(new Set(walked).size).toBe(60)
  })

  it('goes with a range of creation times', async () => {
    const clerk = await start()
    const users = clerk.users.import({ count: 10, createdAt: [at, at + 9] })
    const response = await backendApi(clerk, `/users?order_by=created_at&created_at_before=${at + 6}&starting_after=${users[3]?.id}`)
    expect(await ids(response)).toEqual([users[4]?.id, users[5]?.id])
  })

  it('is refused with another order, with an offset, and for nobody', async () => {
    const clerk = await start()
    const { id } = clerk.users.create({ firstName: 'Ann' })
    for (const query of [`order_by=-updated_at&starting_after=${id}`, `offset=1&starting_after=${id}`, 'starting_after=user_nobody']) {
      const response = await backendApi(clerk, `/users?${query}`)
      expect(response.status, query).toBe(422)
      expect(await refusalOf(response), query).toMatchObject({ code: 'form_param_value_invalid', meta: { param_name: 'starting_after' } })
    }
    expect((await backendApi(clerk, `/users?offset=0&starting_after=${id}`)).status).toBe(200)
  })
})

describe('one user and the instance', () => {
  it('open to the key that it is given, and to no other', async () => {
    const clerk = await start({ secretKey: 'sk_live_of_a_test' })
    expect(clerk.env.NUXT_CLERK_SECRET_KEY).toBe('sk_live_of_a_test')
    const status = async (key: string) => (await fetch(`${clerk.url}/v1/instance`, { headers: { authorization: `Bearer ${key}` } })).status
    expect([await status('sk_live_of_a_test'), await status('sk_test_of_a_test')]).toEqual([200, 401])
  })

  it('are answered as Clerk answers', async () => {
    const clerk = await start()
    const missing = await backendApi(clerk, '/users/user_nobody')
    expect(missing.status).toBe(404)
    expect(await refusalOf(missing)).toEqual({ code: 'resource_not_found', message: 'not found', long_message: 'No user was found with id user_nobody', meta: {} })
    expect(await (await backendApi(clerk, '/instance')).json()).toEqual({
      object: 'instance', id: clerk.instanceId, environment_type: 'development', allowed_origins: null, workspace_id: null,
    })
  })

  it('replace metadata that the SDK sends whole', async () => {
    const clerk = await start()
    const { id } = clerk.users.create({ firstName: 'Ann', publicMetadata: { role: 'admin', old: true } })
    const { publicMetadata, firstName } = await sdk(clerk).replaceUserMetadata(id, { publicMetadata: { role: 'member' } })
    expect({ publicMetadata, firstName }).toEqual({ publicMetadata: { role: 'member' }, firstName: 'Ann' })
  })
})

describe('Clerk\'s clock', () => {
  it('dates every answer, also of refusals and faults', async () => {
    const clerk = await start({ now: () => at + 123 })
    const answers = [
      await backendApi(clerk, '/users'),
      await backendApi(clerk, '/users/user_nobody'),
      await fetch(`${clerk.url}/v1/users`),
      await fetch(`${clerk.url}/v1/environment`),
      await fetch(`${clerk.url}/nowhere`),
      await fetch(`${clerk.url}/v1/users`, { method: 'OPTIONS' }),
    ]
    clerk.faults.set({ backend: { status: 429, retryAfter: 2 } })
    answers.push(await backendApi(clerk, '/users'))
    expect(answers.map(answer => answer.status)).toEqual([200, 404, 401, 200, 404, 204, 429])
    for (const answer of answers) expect(answer.headers.get('date')).toBe(new Date(at).toUTCString())
  })

  it('stamps updated_at with the time of the change, however old the account', async () => {
    let now = at
    const clerk = await start({ now: () => now })
    const created = await sdk(clerk).createUser({ firstName: 'Ann', createdAt: new Date(at - 1_000_000), emailAddress: ['ann@example.com'], skipPasswordRequirement: true })
    expect([created.createdAt, created.updatedAt]).toEqual([at - 1_000_000, at])
    now += 5_000
    expect((await sdk(clerk).updateUser(created.id, { firstName: 'Bea' })).updatedAt).toBe(at + 5_000)
    clerk.users.update(created.id, { firstName: 'Cid' })
    expect(clerk.users.get(created.id).updatedAt).toBe(at + 5_001)
    expect(names((await sdk(clerk).getUserList({ orderBy: '-updated_at' })).data)).toEqual(['Cid'])
  })
})
