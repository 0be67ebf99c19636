import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClerkClient } from '@clerk/backend'
import { decodeJwt } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { adminEmail, demoCode, type LocalClerk, startLocalClerk } from '#local-clerk/index.ts'
import { app, newBrowser, post, signIn } from './frontend-api.ts'
import { start, startEndpoint } from './helpers.ts'

function api(clerk: LocalClerk) {
  return createClerkClient({ secretKey: clerk.secretKey, publishableKey: clerk.publishableKey, apiUrl: clerk.url, proxyUrl: clerk.url, telemetry: { disabled: true } })
}

describe('signing in', () => {
  it('works by password, and the token is what the SDK accepts', async () => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    const { body, session } = await signIn(clerk, browser, adminEmail)
    expect(body.response).toMatchObject({ status: 'complete', created_session_id: body.client?.last_active_session_id })
    const jwt = session?.last_active_token.jwt ?? ''
    const state = await api(clerk).authenticateRequest(new Request(`${app}/api/me`, { headers: { authorization: `Bearer ${jwt}` } }), { authorizedParties: [app] })
    expect(state.isAuthenticated).toBe(true)
    expect(decodeJwt(jwt)).toMatchObject({ azp: app, v: 2, sts: 'active', metadata: { role: 'admin' } })
    expect(clerk.deliveries.list()[0]).toMatchObject({ type: 'session.created', userId: session?.user.id })
  })

  it('works by e-mailed code, and answers mistakes in Clerk\'s words', async () => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    expect((await signIn(clerk, browser, 'nobody')).code).toBe('form_identifier_not_found')
    const wrong = await post(clerk, '/client/sign_ins', browser, { identifier: 'ada', password: 'wrong-password' })
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ code: 'form_password_incorrect', meta: { param_name: 'password' } }] } })
    const { body } = await post(clerk, '/client/sign_ins', browser, { identifier: 'ada' })
    const path = `/client/sign_ins/${body.response?.id}`
    await post(clerk, `${path}/prepare_first_factor`, browser, { strategy: 'email_code' })
    const bad = await post(clerk, `${path}/attempt_first_factor`, browser, { strategy: 'email_code', code: '111111' })
    expect(bad.code).toBe('form_code_incorrect')
    const good = await post(clerk, `${path}/attempt_first_factor`, browser, { strategy: 'email_code', code: demoCode })
    expect(good.body.response?.status).toBe('complete')
  })

  it('keeps browsers apart, and ends with signing out', async () => {
    const clerk = await start({ seed: true })
    const [one, two] = [await newBrowser(clerk), await newBrowser(clerk)]
    await signIn(clerk, one, 'ada')
    await signIn(clerk, two, 'noor')
    expect((await post(clerk, '/me?_method=PATCH', two, { first_name: 'Nora' })).body.response?.first_name).toBe('Nora')
    await post(clerk, '/client/sessions?_method=DELETE', two)
    expect((await post(clerk, '/me?_method=PATCH', two, { first_name: 'Norah' })).status).toBe(401)
    expect((await post(clerk, '/me?_method=PATCH', one, { first_name: 'Adah' })).status).toBe(200)
    expect(clerk.deliveries.list().map(delivery => delivery.type)).toContain('session.removed')
  })

  it('is refused to those who are banned, whose sessions end', async () => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    const { session } = await signIn(clerk, browser, 'ada')
    clerk.users.setBanned(session?.user.id ?? '', true)
    expect((await post(clerk, '/me?_method=PATCH', browser, {})).status).toBe(401)
    expect((await signIn(clerk, browser, 'ada')).status).toBe(403)
  })
})

describe('signing up', () => {
  it('asks for a name, an address that is free, its code and a password', async () => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    const fields = { first_name: 'Nell', email_address: 'nell@example.com', password: 'long-enough' }
    expect((await post(clerk, '/client/sign_ups', browser, { ...fields, email_address: adminEmail })).code).toBe('form_identifier_exists')
    expect((await post(clerk, '/client/sign_ups', browser, { ...fields, password: 'short' })).code).toBe('form_password_length_too_short')
    const { body } = await post(clerk, '/client/sign_ups', browser, fields)
    expect(body.response).toMatchObject({ status: 'missing_requirements', unverified_fields: ['email_address'] })
    const path = `/client/sign_ups/${body.response?.id}`
    await post(clerk, `${path}/prepare_verification`, browser, { strategy: 'email_code' })
    const done = await post(clerk, `${path}/attempt_verification`, browser, { strategy: 'email_code', code: demoCode })
    expect(done.body.response?.status).toBe('complete')
    expect(clerk.users.get(String(done.body.response?.created_user_id))).toMatchObject({ firstName: 'Nell', lastName: null })
    const newest = clerk.deliveries.list().slice(0, 3)
    expect(newest.map(delivery => delivery.type)).toEqual(['session.created', 'user.created', 'email.created'])
  })
})

describe('the handshake', () => {
  it('sends a browser back with its cookies, which the SDK takes', async () => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    await signIn(clerk, browser, 'ada')
    const query = new URLSearchParams({ redirect_url: `${app}/page?x=1`, __clerk_db_jwt: browser })
    const response = await fetch(`${clerk.url}/v1/client/handshake?${query}`, { redirect: 'manual' })
    expect(response.status).toBe(307)
    const back = new URL(response.headers.get('location') ?? '')
    expect(`${back.origin}${back.pathname}`).toBe(`${app}/page`)
    const request = new Request(back, { headers: { 'accept': 'text/html', 'sec-fetch-dest': 'document', 'cookie': `__clerk_db_jwt=${browser}` } })
    const state = await api(clerk).authenticateRequest(request)
    expect(state.headers.getSetCookie().map(cookie => cookie.split('=')[0])).toEqual(expect.arrayContaining(['__session', '__client_uat', '__clerk_db_jwt']))
  })

  it('sends nobody off this machine, and answers no other host name', async () => {
    const clerk = await start()
    const response = await fetch(`${clerk.url}/v1/client/handshake?redirect_url=https://example.com/`, { redirect: 'manual' })
    expect(response.status).toBe(422)
  })
})

describe('the seed', () => {
  it('tells of each person by an event made now, as they were on the day they joined', async () => {
    const before = Date.now()
    const clerk = await start({ seed: true })
    const told = clerk.deliveries.list().map(delivery => JSON.parse(delivery.body))
    expect(told).toHaveLength(25)
    for (const event of told) {
      expect(event).toMatchObject({ type: 'user.created', data: { updated_at: event.data.created_at } })
      expect(event.timestamp).toBeGreaterThanOrEqual(before)
    }
  })
})

describe('the server', () => {
  it('serves the installed packages and nothing beside them', async () => {
    const clerk = await start()
    const get = (path: string) => fetch(`${clerk.url}${path}`)
    const script = await get('/npm/@clerk/clerk-js@6/dist/clerk.browser.js')
    expect(script.headers.get('content-type')).toContain('text/javascript')
    await script.body?.cancel()
    for (const path of ['/npm/@clerk/ui@1/dist/..%2fpackage.json', '/npm/@clerk/ui@1/dist/....//package.json', '/npm/@clerk/backend@1/dist/index.js']) {
      expect((await get(path)).status, path).toBe(404)
    }
  })

  it('keeps people, sessions and its name in the data file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'local-clerk-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const dataFile = join(folder, 'clerk.json')
    const first = await startLocalClerk({ port: 0, dataFile, seed: true })
    const browser = await newBrowser(first)
    await signIn(first, browser, 'ada')
    await first.close()
    const second = await start({ dataFile })
    expect(second.instanceId).toBe(first.instanceId)
    expect(second.users.list()).toHaveLength(25)
    expect((await post(second, '/me?_method=PATCH', browser, { first_name: 'Adah' })).status).toBe(200)
  })

  it('takes up what was waiting, once it is resumed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'local-clerk-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const dataFile = join(folder, 'clerk.json')
    const endpoint = await startEndpoint()
    const webhook = { url: endpoint.url }
    const first = await startLocalClerk({ port: 0, dataFile, webhook, paused: true })
    first.users.create({ firstName: 'Ann' })
    await first.close()
    const second = await start({ dataFile, webhook, paused: true })
    await second.deliveries.idle()
    expect(endpoint.received).toHaveLength(0)
    second.deliveries.resume()
    await second.deliveries.settled()
    expect(endpoint.received).toHaveLength(1)
  })

  it('tells where pictures are now, after it has moved', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'local-clerk-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const endpoint = await startEndpoint()
    const options = { dataFile: join(folder, 'clerk.json'), webhook: { url: endpoint.url } }
    const first = await startLocalClerk({ port: 0, ...options, webhook: undefined, seed: true })
    const port = Number(new URL(first.url).port)
    await first.close()
    const again = await startLocalClerk({ port, ...options })
    await again.deliveries.settled()
    expect(endpoint.received).toEqual([])
    await again.close()
    const moved = await start(options)
    await moved.deliveries.settled()
    const told = endpoint.received.map(({ body }) => JSON.parse(body))
    expect(told.map(({ type, data }) => [type, data.image_url.startsWith(`${moved.url}/`)])).toEqual(moved.users.list().filter(user => user.imagePath).map(() => ['user.updated', true]))
  })

  it('mints sessions for tests', async () => {
    const clerk = await start({ seed: true })
    const user = clerk.users.list()[0]
    const claims = decodeJwt(await clerk.session(user?.id ?? '', { azp: app }))
    expect(claims).toMatchObject({ sub: user?.id, azp: app })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(60)
    expect(clerk.deliveries.list().map(delivery => delivery.type)).not.toContain('session.created')
  })

  it('answers unknown addresses in Clerk\'s shape, and says when its port is taken', async () => {
    const clerk = await start()
    const response = await fetch(`${clerk.url}/v1/nothing`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ errors: [{ code: 'resource_not_found' }] })
    await expect(startLocalClerk({ port: Number(new URL(clerk.url).port) })).rejects.toThrow(/is taken/)
  })

  it('is quick with many people', async () => {
    const clerk = await start()
    for (let index = 0; index < 20_000; index += 1) clerk.users.create({ email: `p${index}@example.com` }, { silent: true })
    expect(clerk.users.list()).toHaveLength(20_000)
    expect(() => clerk.users.create({ email: 'P7@Example.com' })).toThrow(/taken/)
  })

  it('does not start in production', async () => {
    const before = process.env.NODE_ENV
    process.env.NODE_ENV = 'production'
    onTestFinished(() => {
      process.env.NODE_ENV = before
    })
    await expect(startLocalClerk({ port: 0 })).rejects.toThrow(/production/)
  })
})
