import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { backendApi, backendClient, refusalOf, start } from './helpers.ts'

describe('sessions', () => {
  it('are made, listed, read and revoked', async () => {
    const clerk = await start()
    const { sessions } = backendClient(clerk)
    const [ann, bea] = [clerk.users.create({ firstName: 'Ann' }), clerk.users.create({ firstName: 'Bea' })]
    const one = await sessions.createSession({ userId: ann.id })
    await sessions.createSession({ userId: bea.id })
    expect(await sessions.getSession(one.id)).toMatchObject({ userId: ann.id, status: 'active' })
    expect(await sessions.getSessionList({ userId: ann.id })).toMatchObject({ totalCount: 1, data: [{ id: one.id }] })
    expect((await sessions.revokeSession(one.id)).status).toBe('revoked')
    expect((await sessions.getSession(one.id)).status).toBe('revoked')
    expect((await sessions.getSessionList({ userId: ann.id, status: 'active' })).totalCount).toBe(0)
    expect((await sessions.getSessionList({ status: 'revoked' })).data.map(session => session.id)).toEqual([one.id])
    expect(await refusalOf(sessions.getToken(one.id))).toMatchObject({ status: 404 })
    expect(await refusalOf(sessions.revokeSession('sess_nobody'))).toMatchObject({ status: 404, code: 'resource_not_found' })
    expect((await backendApi(clerk, '/sessions?status=asleep')).status).toBe(422)
    expect(clerk.deliveries.list().map(delivery => delivery.type).slice(0, 3)).toEqual(['session.revoked', 'session.created', 'session.created'])
  })

  it('have tokens, by a template too', async () => {
    const clerk = await start({ now: () => 1_700_000_000_000 })
    const api = backendClient(clerk)
    const ann = clerk.users.create({ firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', publicMetadata: { role: 'admin', teams: [1, 2] } })
    const { id } = await api.sessions.createSession({ userId: ann.id })
    expect(decodeJwt((await api.sessions.getToken(id)).jwt)).toMatchObject({ sub: ann.id, sid: id })
    const template = await api.jwtTemplates.create({
      name: 'hasura',
      lifetime: 120,
      claims: { 'aud': 'hasura', 'name': '{{user.first_name}} of {{user.last_name}}', 'teams': '{{user.public_metadata.teams}}', 'https://hasura.io': { role: '{{user.public_metadata.none || \'guest\'}}', none: '{{user.none}}' } },
    })
    const claims = decodeJwt((await api.sessions.getToken(id, 'hasura')).jwt)
    expect(claims).toMatchObject({ 'sub': ann.id, 'iss': clerk.url, 'aud': 'hasura', 'name': 'Ann of Lee', 'teams': [1, 2], 'https://hasura.io': { role: 'guest', none: null } })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(120)
    const short = decodeJwt((await api.sessions.getToken(id, 'hasura', 30)).jwt)
    expect((short.exp ?? 0) - (short.iat ?? 0)).toBe(30)
    expect(await refusalOf(api.sessions.getToken(id, 'none'))).toMatchObject({ status: 404 })

    expect((await api.jwtTemplates.list()).data).toMatchObject([{ id: template.id, name: 'hasura' }])
    expect(await refusalOf(api.jwtTemplates.create({ name: 'hasura', claims: {} }))).toMatchObject({ status: 422, param: 'name' })
    expect(await refusalOf(api.jwtTemplates.create({ name: 'own', claims: { sub: 'me' } }))).toMatchObject({ status: 400, code: 'jwt_template_reserved_claim' })
    expect(await api.jwtTemplates.update({ templateId: template.id, name: 'postgrest', claims: {} })).toMatchObject({ name: 'postgrest', lifetime: 60 })
    await api.jwtTemplates.delete(template.id)
    expect(await refusalOf(api.jwtTemplates.get(template.id))).toMatchObject({ status: 404 })
  })
})
