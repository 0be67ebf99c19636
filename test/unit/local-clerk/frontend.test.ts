import { createClerkClient } from '@clerk/backend'
import { describe, expect, it } from 'vitest'
import { demoCode, demoPassword, type LocalClerk } from '#local-clerk/index.ts'
import { get, newBrowser, post, signIn } from './frontend-api.ts'
import { control, start } from './helpers.ts'

const email = (code = demoCode) => ({ strategy: 'email_code', code })
const typesOf = (clerk: LocalClerk) => clerk.deliveries.list().map(delivery => delivery.type)

function backend(clerk: LocalClerk) {
  return createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url, telemetry: { disabled: true } })
}

/** A sign-in of ada's that nothing has proved yet. */
async function identify(clerk: LocalClerk, browser: string) {
  const { body } = await post(clerk, '/client/sign_ins', browser, { identifier: 'ada' })
  return { path: `/client/sign_ins/${body.response?.id}`, response: body.response }
}

describe('a code', () => {
  it('of a sign-up is sent when it is prepared, and not taken before', async () => {
    const clerk = await start()
    const browser = await newBrowser(clerk)
    const { body } = await post(clerk, '/client/sign_ups', browser, { first_name: 'Nell', email_address: 'nell@example.com', password: demoPassword })
    expect(body.response).toMatchObject({ object: 'sign_up_attempt', verifications: { email_address: null } })
    const path = `/client/sign_ups/${body.response?.id}`
    expect(await post(clerk, `${path}/attempt_verification`, browser, email())).toMatchObject({ status: 400, code: 'verification_missing' })
    expect(typesOf(clerk)).toEqual([])

    const prepared = await post(clerk, `${path}/prepare_verification`, browser, { strategy: 'email_code' })
    expect(prepared.body.response?.verifications).toMatchObject({ email_address: { object: 'verification_otp', status: 'unverified', strategy: 'email_code', attempts: 0, next_action: 'needs_attempt' } })
    expect(typesOf(clerk)).toEqual(['email.created'])
    expect((await post(clerk, `${path}/attempt_verification`, browser, email())).body.response).toMatchObject({ status: 'complete' })
  })

  it('of a sign-in is good for its strategy and ten minutes', async () => {
    let now = Date.now()
    const clerk = await start({ seed: true, now: () => now })
    const browser = await newBrowser(clerk)
    const { path } = await identify(clerk, browser)
    const attempt = async (fields = email()) => (await post(clerk, `${path}/attempt_first_factor`, browser, fields)).code
    expect(await attempt()).toBe('verification_missing')
    await post(clerk, `${path}/prepare_first_factor`, browser, { strategy: 'reset_password_email_code' })
    expect(await attempt()).toBe('verification_strategy_invalid')
    await post(clerk, `${path}/prepare_first_factor`, browser, { strategy: 'email_code' })
    now += 10 * 60 * 1000
    expect(await attempt()).toBe('verification_expired')
    expect((await post(clerk, `${path}/prepare_first_factor`, browser, { strategy: 'email_code' })).body.response)
      .toMatchObject({ object: 'sign_in_attempt', abandon_at: expect.any(Number), first_factor_verification: { status: 'unverified', attempts: 0, expire_at: now + 10 * 60 * 1000 } })
    expect(await attempt()).toBeUndefined()
  })

  it('makes an address one\'s own: before, it is neither primary nor signs in', async () => {
    const clerk = await start({ seed: true })
    const [browser, other] = [await newBrowser(clerk), await newBrowser(clerk)]
    await signIn(clerk, browser, 'ada')
    const { body } = await post(clerk, '/me/email_addresses', browser, { email_address: 'new@example.com' })
    const makePrimary = () => post(clerk, '/me?_method=PATCH', browser, { primary_email_address_id: String(body.response?.id) })
    expect((await makePrimary()).body.errors).toMatchObject([{ code: 'form_verification_needed', meta: { param_name: 'primary_email_address_id' } }])
    expect((await signIn(clerk, other, 'New@Example.com')).code).toBe('form_identifier_not_found')

    const path = `/me/email_addresses/${body.response?.id}`
    expect((await post(clerk, `${path}/attempt_verification`, browser, email())).code).toBe('verification_missing')
    await post(clerk, `${path}/prepare_verification`, browser, { strategy: 'email_code' })
    await post(clerk, `${path}/attempt_verification`, browser, email())
    expect((await makePrimary()).status).toBe(200)
    expect((await signIn(clerk, other, 'new@example.com')).status).toBe(200)
  })
})

describe('one session per browser', () => {
  it('tells a tab that did not know of the session, and keeps it', async () => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    const { path } = await identify(clerk, browser)
    const { session } = await signIn(clerk, browser, 'ada')
    const signUp = { first_name: 'Nell', email_address: 'nell@example.com', password: demoPassword }
    for (const again of [
      await signIn(clerk, browser, 'noor'),
      await post(clerk, `${path}/attempt_first_factor`, browser, { strategy: 'password', password: demoPassword }),
      await post(clerk, '/client/sign_ups', browser, signUp),
    ]) {
      expect(again).toMatchObject({ status: 400, code: 'session_exists', body: { meta: { client: { sessions: [{ user: session?.user }] } } } })
    }
    expect(typesOf(clerk)).not.toContain('session.removed')
  })
})

describe('the settings', () => {
  it('let several people sign in to one browser, each active in turn', async () => {
    const clerk = await start({ seed: true, settings: { multiSession: true } })
    const browser = await newBrowser(clerk)
    const [ada, noor] = [await signIn(clerk, browser, 'ada'), await signIn(clerk, browser, 'noor')]
    expect(noor.body.client?.sessions).toHaveLength(2)
    const first = String(ada.body.response?.created_session_id)
    expect(noor.body.client?.last_active_session_id).not.toBe(first)
    expect((await post(clerk, `/client/sessions/${first}/touch`, browser)).body.client?.last_active_session_id).toBe(first)
    expect(await get(clerk, '/environment', browser)).toMatchObject({ auth_config: { single_session_mode: false } })
  })

  it('let people wait, once, where nobody may sign up', async () => {
    const [clerk, open] = [await start({ settings: { signUpMode: 'waitlist' } }), await start()]
    const join = async (at: LocalClerk, address: string) => post(at, '/waitlist', await newBrowser(at), { email_address: address })
    const first = await join(clerk, 'nell@example.com')
    expect((await join(clerk, 'Nell@example.com')).body.id).toBe(first.body.id)
    expect((await join(clerk, 'nell')).code).toBe('form_param_format_invalid')
    expect((await join(open, 'nell@example.com')).code).toBe('waitlist_not_accepting_entries')
    expect((await post(clerk, '/client/sign_ups', await newBrowser(clerk), { email_address: 'nell@example.com' })).code).toBe('sign_up_restricted_waitlist')
    await backend(clerk).waitlistEntries.create({ emailAddress: 'ned@example.com' })
    const { data, totalCount } = await backend(clerk).waitlistEntries.list()
    expect(totalCount).toBe(2)
    expect(data).toMatchObject([{ emailAddress: 'ned@example.com', status: 'pending' }, { id: first.body.id }])
    expect(typesOf(clerk)).toEqual(['waitlistEntry.created', 'waitlistEntry.created'])
  })

  it('let people sign up without a first name', async () => {
    const clerk = await start({ settings: { firstNameRequired: false } })
    const browser = await newBrowser(clerk)
    const { body } = await post(clerk, '/client/sign_ups', browser, { email_address: 'nell@example.com', password: demoPassword })
    expect(body.response).toMatchObject({ missing_fields: [], optional_fields: ['first_name', 'last_name', 'username'] })
    expect(await get(clerk, '/environment', browser)).toMatchObject({ user_settings: { attributes: { first_name: { enabled: true, required: false } } } })
  })
})

describe('a ticket', () => {
  it('signs in once, whoever has it', async () => {
    const clerk = await start({ seed: true })
    const [browser, other] = [await newBrowser(clerk), await newBrowser(clerk)]
    const { id } = clerk.users.list()[3] ?? { id: '' }
    const { token } = await backend(clerk).signInTokens.createSignInToken({ userId: id, expiresInSeconds: 60 })
    const take = (by: string, ticket = token) => post(clerk, '/client/sign_ins', by, { strategy: 'ticket', ticket })
    const first = await take(browser)
    expect(first).toMatchObject({ session: { user: { id } }, body: { response: { status: 'complete', first_factor_verification: { strategy: 'ticket', status: 'verified' } } } })
    expect(first.body.client).toMatchObject({ last_authentication_strategy: null })
    expect((await take(other)).code).toBe('sign_in_token_already_used_code')
    expect((await take(other, 'none')).code).toBe('ticket_invalid_code')
    const signUp = async (by: Record<string, string>) => (await post(clerk, '/client/sign_ups', other, by)).code
    expect(await signUp({ strategy: 'ticket', ticket: 'none' })).toBe('ticket_invalid_code')
    expect(await signUp({ strategy: 'ticket', ticket: token })).toBe('sign_in_token_not_in_sign_in_code')
    expect(await signUp({ strategy: 'oauth_google' })).toBe('form_param_value_invalid')
    expect((await post(clerk, '/client/sign_ins', other, { strategy: 'ticket' })).code).toBe('form_param_missing')
  })
})

describe('wrong passwords', () => {
  const wrong = (clerk: LocalClerk, browser: string, identifier = 'ada') => post(clerk, '/client/sign_ins', browser, { identifier, password: 'wrong-password' })

  it('lock the tenth time, for an hour', async () => {
    let now = Date.now()
    const clerk = await start({ seed: true, settings: { lockout: true }, now: () => now })
    const browser = await newBrowser(clerk)
    expect(await get(clerk, '/environment', browser)).toMatchObject({ user_settings: { attack_protection: { user_lockout: { enabled: true, max_attempts: 10, duration_in_minutes: 60 } } } })
    for (let attempt = 1; attempt < 10; attempt += 1) expect((await wrong(clerk, browser)).code).toBe('form_password_incorrect')
    const locked = { status: 403, body: { errors: [{ code: 'user_locked', meta: { lockout_expires_in_seconds: 3600 } }] } }
    expect(await wrong(clerk, browser)).toMatchObject(locked)
    expect(await signIn(clerk, browser, 'ada')).toMatchObject(locked)
    expect(await post(clerk, '/client/sign_ins', browser, { identifier: 'ada' })).toMatchObject(locked)
    expect((await wrong(clerk, browser, 'noor')).code).toBe('form_password_incorrect')
    now += 60 * 60 * 1000
    expect((await signIn(clerk, browser, 'ada')).status).toBe(200)
  })

  it('in a row count, and only where the local Clerk is told to lock', async () => {
    const [locking, patient] = [await start({ seed: true, settings: { lockout: true } }), await start({ seed: true })]
    const browser = await newBrowser(patient)
    for (let attempt = 0; attempt < 12; attempt += 1) expect((await wrong(patient, browser)).code).toBe('form_password_incorrect')
    for (let round = 0; round < 3; round += 1) {
      const fresh = await newBrowser(locking)
      for (let attempt = 0; attempt < 6; attempt += 1) await wrong(locking, fresh)
      expect((await signIn(locking, fresh, 'ada')).status).toBe(200)
    }
  })

  it('are guesses: an attempt that could not have worked is none', async () => {
    const clerk = await start({ seed: true, settings: { lockout: true } })
    const browser = await newBrowser(clerk)
    const { path } = await identify(clerk, browser)
    for (let attempt = 0; attempt < 12; attempt += 1) {
      expect((await post(clerk, `${path}/attempt_first_factor`, browser, email())).code).toBe('verification_missing')
    }
    expect((await signIn(clerk, browser, 'ada')).status).toBe(200)
  })

  it('are named as the dialog for a new password reads them', async () => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    await signIn(clerk, browser, 'ada')
    const { body } = await post(clerk, '/me/change_password', browser, { current_password: 'wrong-password', new_password: 'another-password' })
    expect(body.errors).toMatchObject([{ code: 'form_password_validation_failed', meta: { param_name: 'current_password' } }])
  })
})

describe('one\'s own', () => {
  it('unsafe metadata is merged', async () => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    await signIn(clerk, browser, 'ada')
    const patch = (value: object) => post(clerk, '/me/metadata?_method=PATCH', browser, { unsafe_metadata: JSON.stringify(value) })
    await patch({ a: 1, b: { c: 1, d: 2 } })
    expect((await patch({ a: null, b: { c: 3 } })).body.response?.unsafe_metadata).toEqual({ b: { c: 3, d: 2 } })
    expect((await post(clerk, '/me/metadata?_method=PATCH', browser, { unsafe_metadata: 'no JSON' })).status).toBe(422)
  })

  it('sessions name the device, and one of them can be revoked', async () => {
    const clerk = await start({ seed: true })
    const [browser, phone] = [await newBrowser(clerk), await newBrowser(clerk)]
    await signIn(clerk, browser, 'ada')
    await fetch(`${clerk.url}/v1/client/sign_ins?__clerk_db_jwt=${phone}`, {
      method: 'POST',
      headers: { 'x-forwarded-for': '203.0.113.7', 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1' },
      body: new URLSearchParams({ identifier: 'ada', password: demoPassword }),
    })
    const id = clerk.users.list().find(user => user.username === 'ada')?.id
    expect(await get(clerk, '/me/sessions/active', browser)).toMatchObject([{ latest_activity: { ip_address: '127.0.0.1', city: 'localhost' } }, {
      status: 'active', latest_activity: { ip_address: '203.0.113.7', device_type: 'iPhone', is_mobile: true, browser_name: 'Safari', browser_version: '17.5' },
    }])
    const [, theirs] = (await backendSessions(clerk, browser))
    const revoked = await post(clerk, `/me/sessions/${theirs}/revoke`, browser)
    expect(revoked.body.response).toMatchObject({ id: theirs, object: 'session', status: 'revoked', user: { id }, expire_at: expect.any(Number) })
    expect(await backendSessions(clerk, browser)).toHaveLength(1)
  })
})

/** The ids of one's own sessions, oldest first. */
async function backendSessions(clerk: LocalClerk, browser: string): Promise<string[]> {
  const sessions = await get(clerk, '/me/sessions', browser)
  return Array.isArray(sessions) ? sessions.map(({ id }) => String(id)) : []
}

describe('the client', () => {
  it('knows a testing token from another, and how someone last signed in', async () => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    const { token } = await backend(clerk).testingTokens.createTestingToken()
    const bypass = (query: string) => get(clerk, `/client${query}`, browser)
    expect(await bypass(`?__clerk_testing_token=${token}`)).toMatchObject({ response: { captcha_bypass: true, last_authentication_strategy: null } })
    await signIn(clerk, browser, 'ada')
    await post(clerk, '/client/sessions?_method=DELETE', browser)
    expect(await bypass('?__clerk_testing_token=1-c_made_up')).toMatchObject({ response: { captcha_bypass: false, last_authentication_strategy: 'password' } })
  })
})

describe('latency', () => {
  it('of the Frontend API can be set, for some paths', async () => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    await control(clerk, 'PATCH', '/faults', { frontend: { latencyMs: 300, paths: ['prepare_'] } })
    const { path } = await identify(clerk, browser)
    const took = async (run: () => Promise<unknown>) => {
      const started = performance.now()
      await run()
      return performance.now() - started
    }
    expect(await took(() => post(clerk, `${path}/prepare_first_factor`, browser, { strategy: 'email_code' }))).toBeGreaterThan(290)
    clerk.faults.clear()
    expect(clerk.faults.frontendLatency(path)).toBe(0)
  })
})
