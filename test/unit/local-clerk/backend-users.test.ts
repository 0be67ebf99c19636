import { describe, expect, it } from 'vitest'
import { backendApi, backendClient, refusalOf, start } from './helpers.ts'

const password = 'long-enough-1'

describe('a user made by the Backend API', () => {
  it('keeps every field', async () => {
    const clerk = await start()
    const created = await backendClient(clerk).users.createUser({
      externalId: 'a1', emailAddress: ['ann@example.com', 'ann@example.org'], username: 'ann_lee', password, firstName: 'Ann', lastName: 'Lee',
      locale: 'pt-BR', legalAcceptedAt: new Date(1_700_000_000_000),
    })
    expect(created).toMatchObject({
      externalId: 'a1', username: 'ann_lee', firstName: 'Ann', lastName: 'Lee', locale: 'pt-BR', passwordEnabled: true, legalAcceptedAt: 1_700_000_000_000,
    })
    expect(created.emailAddresses.map(email => email.emailAddress)).toEqual(['ann@example.com', 'ann@example.org'])
    expect(created.primaryEmailAddressId).toBe(created.emailAddresses[0]?.id)
    expect(created.emailAddresses[0]?.verification).toMatchObject({ status: 'verified', strategy: 'admin' })
    const updated = await backendClient(clerk).users.updateUser(created.id, { locale: 'de-DE', deleteSelfEnabled: false, createOrganizationsLimit: 3, legalAcceptedAt: new Date(5_000), createdAt: new Date(1_000) })
    expect(updated).toMatchObject({ locale: 'de-DE', deleteSelfEnabled: false, createOrganizationsLimit: 3, legalAcceptedAt: 5_000, createdAt: 1_000, firstName: 'Ann' })
  })

  it('may be banned or locked from the start, with an address that is reserved', async () => {
    const clerk = await start()
    const response = await backendApi(clerk, '/users', {
      method: 'POST',
      body: JSON.stringify({ email_address: ['ann@example.com'], email_address_identification_status: ['reserved'], password, banned: true, locked: true }),
    })
    expect(await response.json()).toMatchObject({
      banned: true, locked: true, lockout_expires_in_seconds: 3600, email_addresses: [{ reserved: true, verification: { object: 'verification_otp', status: 'unverified' } }],
    })
  })

  it('is refused without what the instance requires', async () => {
    const clerk = await start()
    const { users } = backendClient(clerk)
    expect(await refusalOf(users.createUser({}))).toMatchObject({ status: 422, code: 'form_data_missing' })
    const response = await backendApi(clerk, '/users', { method: 'POST', body: '{}' })
    expect(await response.json()).toMatchObject({ errors: [{ meta: { param_names: ['email_address', 'password'] } }] })
    expect(await refusalOf(users.createUser({ emailAddress: ['ann@example.com'] }))).toMatchObject({ code: 'form_data_missing' })
    expect(await refusalOf(users.createUser({ emailAddress: ['ann@example.com'], skipPasswordRequirement: true }))).toBeNull()
    expect(clerk.users.list()).toHaveLength(1)
  })

  it('is refused with what is taken, wrong, or not known here', async () => {
    const clerk = await start()
    const { users } = backendClient(clerk)
    await users.createUser({ emailAddress: ['ann@example.com'], username: 'ann_lee', externalId: 'a1', password })
    const create = (fields: Parameters<typeof users.createUser>[0]) => refusalOf(users.createUser({ emailAddress: ['bea@example.com'], password, ...fields }))
    expect(await create({ emailAddress: ['ANN@example.com'] })).toEqual({ status: 422, code: 'form_identifier_exists', param: 'email_address' })
    expect(await create({ username: 'Ann_Lee' })).toEqual({ status: 422, code: 'form_identifier_exists', param: 'username' })
    expect(await create({ externalId: 'a1' })).toEqual({ status: 422, code: 'form_identifier_exists', param: 'external_id' })
    expect(await create({ password: 'short' })).toEqual({ status: 422, code: 'form_password_length_too_short', param: 'password' })
    expect(await create({ password: 'x'.repeat(73) })).toEqual({ status: 422, code: 'form_password_length_too_long', param: 'password' })
    expect(await create({ password: 'short', emailAddress: ['cid@example.com'], skipPasswordChecks: true })).toBeNull()
    expect(await create({ phoneNumber: ['+15550100'] })).toEqual({ status: 422, code: 'form_param_unknown', param: 'phone_number' })
    const unknown = await backendApi(clerk, '/users', { method: 'POST', body: JSON.stringify({ email_address: ['dee@example.com'], password, nickname: 'Dee' }) })
    expect(await unknown.json()).toMatchObject({ errors: [{ code: 'form_param_unknown', meta: { param_name: 'nickname' } }] })
    const wrong = await backendApi(clerk, '/users', { method: 'POST', body: JSON.stringify({ email_address: 'dee@example.com', password }) })
    expect(await wrong.json()).toMatchObject({ errors: [{ code: 'form_param_type_invalid', meta: { param_name: 'email_address' } }] })
  })
})

describe('a change by the Backend API', () => {
  it('makes an address primary only when it is the user\'s own and verified', async () => {
    const clerk = await start()
    const api = backendClient(clerk)
    const { id } = await api.users.createUser({ emailAddress: ['ann@example.com'], password })
    const stranger = await api.users.createUser({ emailAddress: ['bea@example.com'], password })
    const open = await api.emailAddresses.createEmailAddress({ userId: id, emailAddress: 'ann@example.org', verified: false })
    const makePrimary = (primaryEmailAddressID: string) => api.users.updateUser(id, { primaryEmailAddressID })
    for (const addressId of ['idn_nobody', stranger.primaryEmailAddressId ?? '']) {
      expect(await refusalOf(makePrimary(addressId))).toEqual({ status: 422, code: 'form_resource_not_found', param: 'primary_email_address_id' })
    }
    expect(await refusalOf(makePrimary(open.id))).toEqual({ status: 422, code: 'form_verification_needed', param: 'primary_email_address_id' })
    await api.emailAddresses.updateEmailAddress(open.id, { verified: true })
    expect((await makePrimary(open.id)).primaryEmailAddressId).toBe(open.id)
  })

  it('takes metadata by its own addresses only: merged at any depth, or replaced', async () => {
    const clerk = await start()
    const api = backendClient(clerk)
    const { id } = clerk.users.create({ firstName: 'Ann', publicMetadata: { role: 'admin', theme: { colour: 'green', size: 2 } } })
    const merged = await api.users.updateUserMetadata(id, { publicMetadata: { role: null, theme: { size: null, font: 'sans' } } })
    expect(merged.publicMetadata).toEqual({ theme: { colour: 'green', font: 'sans' } })
    expect((await api.users.updateUser(id, { publicMetadata: { role: 'member' } })).publicMetadata).toEqual({ role: 'member' })
    const refused = await backendApi(clerk, `/users/${id}`, { method: 'PATCH', body: JSON.stringify({ public_metadata: {} }) })
    expect(refused.status).toBe(422)
    expect(await refused.json()).toMatchObject({ errors: [{ code: 'form_param_unknown' }] })
  })

  it('locks and unlocks, and each tells of it', async () => {
    const clerk = await start()
    const { users } = backendClient(clerk)
    const { id } = clerk.users.create({ firstName: 'Ann' })
    expect((await users.lockUser(id)).locked).toBe(true)
    expect((await users.unlockUser(id)).locked).toBe(false)
    expect(clerk.deliveries.list().map(delivery => delivery.type)).toEqual(['user.updated', 'user.updated', 'user.created'])
  })

  it('ends the sessions when a new password asks for it', async () => {
    const clerk = await start()
    const api = backendClient(clerk)
    const { id } = clerk.users.create({ firstName: 'Ann', password })
    const session = await api.sessions.createSession({ userId: id })
    await api.users.updateUser(id, { password: 'long-enough-2', signOutOfOtherSessions: true })
    expect((await api.sessions.getSession(session.id)).status).toBe('revoked')
    expect(await api.users.verifyPassword({ userId: id, password: 'long-enough-2' })).toEqual({ verified: true })
    expect(await refusalOf(api.users.verifyPassword({ userId: id, password }))).toMatchObject({ status: 422, code: 'form_password_incorrect' })
    const { id: without } = clerk.users.create({ firstName: 'Bea' })
    expect(await refusalOf(api.users.verifyPassword({ userId: without, password }))).toMatchObject({ status: 400, code: 'no_password_set' })
  })

  it('sets and removes a picture', async () => {
    const clerk = await start()
    const { users } = backendClient(clerk)
    const { id } = clerk.users.create({ firstName: 'Ann' })
    const withPicture = await users.updateUserProfileImage(id, { file: new Blob([new Uint8Array([1, 2, 3])], { type: 'image/png' }) })
    expect(withPicture.hasImage).toBe(true)
    expect([...new Uint8Array(await (await fetch(withPicture.imageUrl)).arrayBuffer())]).toEqual([1, 2, 3])
    expect((await users.deleteUserProfileImage(id)).hasImage).toBe(false)
    expect((await fetch(withPicture.imageUrl)).status).toBe(404)
  })

  it('deletes, and the event names the external id', async () => {
    const clerk = await start()
    const { id } = clerk.users.create({ firstName: 'Ann', externalId: 'a1' })
    await backendClient(clerk).users.deleteUser(id)
    expect(JSON.parse(clerk.deliveries.list()[0]?.body ?? '').data).toEqual({ object: 'user', id, deleted: true, external_id: 'a1' })
  })
})

describe('e-mail addresses', () => {
  it('are added, verified, made primary and removed', async () => {
    const clerk = await start()
    const { emailAddresses } = backendClient(clerk)
    const { id } = clerk.users.create({ firstName: 'Ann', email: 'ann@example.com' })
    const added = await emailAddresses.createEmailAddress({ userId: id, emailAddress: 'ann@example.org' })
    expect((await emailAddresses.getEmailAddress(added.id)).verification?.status).toBe('unverified')
    expect(await refusalOf(emailAddresses.updateEmailAddress(added.id, { primary: true }))).toMatchObject({ code: 'form_verification_needed' })
    await emailAddresses.updateEmailAddress(added.id, { verified: true, primary: true })
    expect(clerk.users.get(id).primaryEmailId).toBe(added.id)
    await emailAddresses.deleteEmailAddress(added.id)
    const [left] = clerk.users.get(id).emails
    expect(clerk.users.get(id).primaryEmailId).toBe(left?.id)
    expect(await refusalOf(emailAddresses.deleteEmailAddress(left?.id ?? ''))).toMatchObject({ status: 400, code: 'last_required_identification_deletion_failed' })
    expect(await refusalOf(emailAddresses.createEmailAddress({ userId: id, emailAddress: 'Ann@example.com' }))).toMatchObject({ code: 'form_identifier_exists' })
    expect(await refusalOf(emailAddresses.getEmailAddress('idn_nobody'))).toMatchObject({ status: 404 })
  })
})
