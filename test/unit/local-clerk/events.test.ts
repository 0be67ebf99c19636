import { decodeJwt } from 'jose'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { LocalClerk } from '#local-clerk/index.ts'
import { app, newBrowser, post, signIn } from './frontend-api.ts'
import { backendClient, start } from './helpers.ts'

const newest = (clerk: LocalClerk) => JSON.parse(clerk.deliveries.list()[0]?.body ?? '{}')

describe('the event of a session that is over', () => {
  it.each([
    ['is left by clerk-js\'s signOut', 'removed', '/client/sessions?_method=DELETE'],
    ['is left with its browser', 'ended', '/client?_method=DELETE'],
    ['ends by itself', 'ended', '/client/sessions/:id/end'],
    ['is taken away', 'removed', '/client/sessions/:id/remove'],
    ['is revoked in the list of devices', 'revoked', '/me/sessions/:id/revoke'],
  ])('that %s is session.%s', async (_how, status, path) => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    const { body } = await signIn(clerk, browser, 'ada')
    await post(clerk, path.replace(':id', body.client?.last_active_session_id ?? ''), browser)
    expect(newest(clerk)).toMatchObject({ type: `session.${status}`, data: { id: body.client?.last_active_session_id, status } })
  })
})

describe('an event', () => {
  it('names who asked for what it tells', async () => {
    const clerk = await start({ seed: true })
    const browser = await newBrowser(clerk)
    const headers = { 'origin': app, 'user-agent': 'Mozilla/5.0 (test)', 'x-forwarded-for': '203.0.113.7' }
    const form = new URLSearchParams({ identifier: 'ada', strategy: 'email_code' })
    await fetch(`${clerk.url}/v1/client/sign_ins?__clerk_db_jwt=${browser}`, { method: 'POST', headers, body: form })
    expect(newest(clerk)).toMatchObject({ type: 'email.created', event_attributes: { http_request: { client_ip: '203.0.113.7', user_agent: 'Mozilla/5.0 (test)' } } })
    await backendClient(clerk).users.createUser({ emailAddress: ['nell@example.com'], skipPasswordRequirement: true })
    expect(newest(clerk).event_attributes.http_request).toEqual({ client_ip: '127.0.0.1', user_agent: expect.stringContaining('@clerk/backend') })
    clerk.users.create({ firstName: 'Ann' })
    expect(newest(clerk).event_attributes.http_request).toEqual({ client_ip: '127.0.0.1', user_agent: 'local-clerk' })
  })
})

describe('a token by a template', () => {
  it('is there for the browser too, for the page that asks', async () => {
    const clerk = await start({ seed: true })
    await backendClient(clerk).jwtTemplates.create({ name: 'postgrest', claims: { role: '{{user.public_metadata.role}}' } })
    const browser = await newBrowser(clerk)
    const { body } = await signIn(clerk, browser, 'ada')
    const response = await fetch(`${clerk.url}/v1/client/sessions/${body.client?.last_active_session_id}/tokens/postgrest?__clerk_db_jwt=${browser}`, { method: 'POST', headers: { origin: app } })
    const { jwt } = v.parse(v.object({ jwt: v.string() }), await response.json())
    expect(decodeJwt(jwt)).toMatchObject({ role: 'admin', azp: app })
  })
})
