import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { createTestingTokens } from '#local-clerk/testing-tokens.ts'
import { createSignInTokens } from '#local-clerk/sign-in-tokens.ts'
import { openStore } from '#local-clerk/state/store.ts'
import { openTokens } from '#local-clerk/tokens.ts'
import { newUser } from '#local-clerk/state/new-user.ts'
import { backendApi, backendClient, start } from './helpers.ts'

describe('a sign-in token', () => {
  it('is made and revoked by Clerk\'s own client', async () => {
    const clerk = await start()
    const { id } = clerk.users.create({ firstName: 'Ann' })
    const api = backendClient(clerk).signInTokens
    const token = await api.createSignInToken({ userId: id, expiresInSeconds: 60 })
    expect(token).toMatchObject({ userId: id, status: 'pending', url: `${clerk.url}/v1/tickets/accept?ticket=${token.token}` })
    expect(decodeJwt(token.token)).toMatchObject({ sid: token.id, st: 'sign_in_token', eis: 60, iss: clerk.url })
    expect(await api.revokeSignInToken(token.id)).toMatchObject({ id: token.id, status: 'revoked' })
    await expect(api.revokeSignInToken(token.id)).rejects.toMatchObject({ status: 400, errors: [{ code: 'sign_in_token_cannot_be_revoked_code' }] })
    await expect(api.revokeSignInToken('sit_nobody')).rejects.toMatchObject({ status: 404 })
    await expect(api.createSignInToken({ userId: 'user_nobody', expiresInSeconds: 60 })).rejects.toMatchObject({ status: 404 })
    await expect(api.createSignInToken({ userId: id, expiresInSeconds: 0 })).rejects.toMatchObject({ status: 422 })
  })

  it('is good for one sign-in, until it expires', async () => {
    let now = 1_700_000_000_000
    const store = openStore(null)
    const user = newUser({ firstName: 'Ann' }, now)
    store.users.set(user.id, user)
    const tokens = createSignInTokens({ store, tokens: await openTokens(store, 'http://localhost', () => now), now: () => now })
    const [used, revoked, old] = [await tokens.create(user.id), await tokens.create(user.id), await tokens.create(user.id, 60)]
    expect(tokens.accept(used.token)).toMatchObject({ userId: user.id, status: 'accepted' })
    tokens.revoke(revoked.id)
    now += 60_000
    const codeOf = (ticket: string) => {
      try {
        tokens.accept(ticket)
      }
      catch (error) {
        return error instanceof Error && 'code' in error ? error.code : error
      }
    }
    expect([used.token, revoked.token, old.token, 'none'].map(codeOf)).toEqual([
      'sign_in_token_already_used_code', 'sign_in_token_revoked_code', 'ticket_expired_code', 'ticket_invalid_code',
    ])
  })
})

describe('the address of a sign-in token', () => {
  const visit = (url: string) => fetch(url, { redirect: 'manual' })

  it('leads on to the sign-in page, with the ticket', async () => {
    const clerk = await start({ webhook: { url: 'http://localhost:3000/api/webhooks' } })
    const { id } = clerk.users.create({ firstName: 'Ann' })
    const { url, token } = await backendClient(clerk).signInTokens.createSignInToken({ userId: id, expiresInSeconds: 60 })
    const query = `__clerk_ticket=${token}&__clerk_status=sign_in`
    const response = await visit(url)
    expect([response.status, response.headers.get('location')]).toEqual([303, `http://localhost:3000/sign-in?${query}`])
    expect((await visit(`${url}&redirect_url=http://localhost:4000/welcome`)).headers.get('location')).toBe(`http://localhost:4000/welcome?${query}`)
    expect((await visit(`${url}&redirect_url=https://example.com/`)).status).toBe(422)
    expect((await visit(`${clerk.url}/v1/tickets/accept?ticket=none`)).status).toBe(400)
  })

  it('needs to be told of a page when there is no app', async () => {
    const clerk = await start()
    const { url } = await backendClient(clerk).signInTokens.createSignInToken({ userId: clerk.users.create({}).id, expiresInSeconds: 60 })
    expect((await visit(url)).status).toBe(422)
  })
})

describe('a testing token', () => {
  it('is made for the secret key', async () => {
    const clerk = await start({ now: () => 1_700_000_000_999 })
    expect(await (await backendApi(clerk, '/testing_tokens', { method: 'POST' })).json()).toEqual({
      object: 'testing_token', token: expect.stringMatching(/^1700000000-c_[\w-]{27}$/), expires_at: 1_700_003_600,
    })
  })

  it('is valid for an hour, and for its own key', () => {
    let now = 1_700_000_000_000
    const { create, isValid } = createTestingTokens('sk_test_one', () => now)
    const { token } = create()
    expect(isValid(token)).toBe(true)
    expect([null, '', `${token}x`, token.replace('1700', '1701'), createTestingTokens('sk_test_two', () => now).create().token].some(isValid)).toBe(false)
    now += 60 * 60 * 1000
    expect(isValid(token)).toBe(false)
  })
})
