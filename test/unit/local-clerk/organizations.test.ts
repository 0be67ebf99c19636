import { createClerkClient } from '@clerk/backend'
import { describe, expect, it } from 'vitest'
import type { LocalClerk } from '#local-clerk/index.ts'
import { newBrowser, post } from './frontend-api.ts'
import { backendApi, start } from './helpers.ts'

async function startWithPeople() {
  const clerk = await start({ webhook: { url: 'http://localhost:9/nobody' } })
  const [ann, bea, cleo] = ['ann', 'bea', 'cleo'].map(name => clerk.users.create({ firstName: name, email: `${name}@example.com` }))
  if (!ann || !bea || !cleo) throw new Error('Nobody was created.')
  const api = createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url, telemetry: { disabled: true } })
  return { clerk, api, organizations: api.organizations, ann, bea, cleo }
}

/** What was told of organizations, oldest first. */
const told = (clerk: LocalClerk) => clerk.deliveries.list().toReversed().map(({ type }) => type).filter(type => type.startsWith('organization'))
const codeOf = (status: number, code: string) => ({ status, errors: [{ code }] })

describe('an organization', () => {
  it('is made, found, changed and deleted by Clerk\'s own client', async () => {
    const { clerk, organizations, ann } = await startWithPeople()
    const made = await organizations.createOrganization({ name: 'Acme Corp', createdBy: ann.id, publicMetadata: { plan: 'pro', nested: { a: 1, b: 2 } } })
    expect(made).toMatchObject({ name: 'Acme Corp', createdBy: ann.id, maxAllowedMemberships: 5, slug: expect.stringMatching(/^acme-corp-\d+$/) })
    expect(await organizations.getOrganization({ slug: made.slug ?? '', includeMembersCount: true })).toMatchObject({ id: made.id, membersCount: 1 })
    expect(await organizations.updateOrganization(made.id, { name: 'Acme', slug: 'acme' })).toMatchObject({ name: 'Acme', slug: 'acme', publicMetadata: { plan: 'pro' } })
    expect(await organizations.updateOrganizationMetadata(made.id, { publicMetadata: { nested: { a: null } } })).toMatchObject({ publicMetadata: { plan: 'pro', nested: { b: 2 } } })
    expect(await organizations.replaceOrganizationMetadata(made.id, { publicMetadata: { only: 1 } })).toMatchObject({ publicMetadata: { only: 1 } })

    const other = await organizations.createOrganization({ name: 'Zeta', slug: 'zeta' })
    await expect(organizations.createOrganization({ name: 'Again', slug: 'zeta' })).rejects.toMatchObject(codeOf(422, 'form_identifier_exists'))
    expect((await organizations.getOrganizationList({ orderBy: '+name', includeMembersCount: true })).data.map(({ name, membersCount }) => [name, membersCount])).toEqual([['Acme', 1], ['Zeta', 0]])
    expect((await organizations.getOrganizationList({ query: 'zet' })).data.map(({ id }) => id)).toEqual([other.id])

    await organizations.deleteOrganization(made.id)
    await expect(organizations.getOrganization({ organizationId: made.id })).rejects.toMatchObject({ status: 404 })
    expect(told(clerk)).toEqual([
      'organization.created', 'organizationMembership.created', 'organization.updated', 'organization.updated', 'organization.updated',
      'organization.created', 'organization.deleted',
    ])
  })

  it.each(['/organizations?colour=red', '/organizations?order_by=colour', '/organizations?limit=501', '/organization_memberships?user=x'])('refuses %s', async (path) => {
    const { clerk } = await startWithPeople()
    expect((await backendApi(clerk, path)).status).toBe(422)
  })
})

describe('a membership', () => {
  it('is given, changed and taken, once for each person and within the limit', async () => {
    const { clerk, organizations, ann, bea, cleo } = await startWithPeople()
    const { id: organizationId } = await organizations.createOrganization({ name: 'Acme', createdBy: ann.id, maxAllowedMemberships: 2 })
    const added = await organizations.createOrganizationMembership({ organizationId, userId: bea.id, role: 'org:member' })
    expect(added).toMatchObject({ role: 'org:member', publicUserData: { userId: bea.id, identifier: 'bea@example.com' }, organization: { id: organizationId } })
    await expect(organizations.createOrganizationMembership({ organizationId, userId: bea.id, role: 'org:member' })).rejects.toMatchObject(codeOf(400, 'already_a_member_in_organization'))
    await expect(organizations.createOrganizationMembership({ organizationId, userId: cleo.id, role: 'org:member' })).rejects.toMatchObject(codeOf(403, 'organization_membership_quota_exceeded'))
    await expect(organizations.updateOrganizationMembership({ organizationId, userId: bea.id, role: 'org:king' })).rejects.toMatchObject({ status: 404 })
    expect(await organizations.updateOrganizationMembership({ organizationId, userId: bea.id, role: 'org:admin' })).toMatchObject({ role: 'org:admin', permissions: expect.arrayContaining(['org:sys_memberships:manage']) })
    await organizations.updateOrganizationMembershipMetadata({ organizationId, userId: bea.id, publicMetadata: { desk: 4 } })
    expect((await organizations.getOrganizationMembershipList({ organizationId, query: 'bea' })).data).toMatchObject([{ publicMetadata: { desk: 4 } }])
    expect((await organizations.getOrganizationMembershipList({ organizationId, userId: [`-${bea.id}`], role: ['org:admin'] })).data).toMatchObject([{ publicUserData: { userId: ann.id } }])
    await organizations.deleteOrganizationMembership({ organizationId, userId: bea.id })
    await expect(organizations.deleteOrganizationMembership({ organizationId, userId: ann.id })).rejects.toMatchObject(codeOf(403, 'organization_minimum_permissions_needed'))
    expect(told(clerk).filter(type => type.startsWith('organizationMembership'))).toEqual(['created', 'created', 'updated', 'updated', 'deleted'].map(what => `organizationMembership.${what}`))
  })

  it('ends with its user, and chooses users in the list of users', async () => {
    const { clerk, api, organizations, ann, bea } = await startWithPeople()
    const { id: organizationId } = await organizations.createOrganization({ name: 'Acme', createdBy: ann.id })
    await organizations.createOrganizationMembership({ organizationId, userId: bea.id, role: 'org:member' })
    expect(new Set((await api.users.getUserList({ organizationId: [organizationId] })).data.map(({ id }) => id))).toEqual(new Set([ann.id, bea.id]))
    expect((await api.users.getOrganizationMembershipList({ userId: bea.id })).data).toMatchObject([{ organization: { id: organizationId } }])
    await api.users.deleteUser(bea.id)
    expect((await organizations.getOrganizationMembershipList({ organizationId })).totalCount).toBe(1)
    expect(told(clerk)).toContain('organizationMembership.deleted')
  })
})

describe('an invitation', () => {
  it('is sent, listed, revoked, and sent again', async () => {
    const { clerk, organizations, api, ann, bea } = await startWithPeople()
    const { id: organizationId } = await organizations.createOrganization({ name: 'Acme', createdBy: ann.id })
    const invite = () => organizations.createOrganizationInvitation({ organizationId, emailAddress: 'bea@example.com', role: 'org:member', inviterUserId: ann.id })
    const { id: invitationId } = await invite()
    await expect(invite()).rejects.toMatchObject(codeOf(400, 'duplicate_record'))
    await expect(organizations.createOrganizationInvitation({ organizationId, emailAddress: 'x@example.com', role: 'org:member', inviterUserId: bea.id })).rejects.toMatchObject(codeOf(403, 'not_an_admin_in_organization'))
    expect((await api.users.getOrganizationInvitationList({ userId: bea.id, status: 'pending' })).data).toMatchObject([{ id: invitationId, publicOrganizationData: { name: 'Acme' } }])
    expect(await organizations.revokeOrganizationInvitation({ organizationId, invitationId, requestingUserId: ann.id })).toMatchObject({ status: 'revoked' })
    await expect(organizations.revokeOrganizationInvitation({ organizationId, invitationId, requestingUserId: ann.id })).rejects.toMatchObject(codeOf(400, 'organization_invitation_not_pending'))
    await organizations.createOrganizationInvitationBulk(organizationId, [{ emailAddress: 'bea@example.com', role: 'org:member' }, { emailAddress: 'new@example.com', role: 'org:admin' }])
    expect((await organizations.getOrganizationInvitationList({ organizationId, status: ['pending'] })).totalCount).toBe(2)
    expect(told(clerk).filter(type => type.startsWith('organizationInvitation'))).toEqual(['created', 'revoked', 'created', 'created'].map(what => `organizationInvitation.${what}`))
  })

  it('is accepted by the person who is invited, once, with its metadata', async () => {
    const { clerk, organizations, ann, bea, cleo } = await startWithPeople()
    const { id: organizationId } = await organizations.createOrganization({ name: 'Acme', createdBy: ann.id })
    const { id } = await organizations.createOrganizationInvitation({ organizationId, emailAddress: 'Bea@example.com', role: 'org:member', publicMetadata: { desk: 4 } })
    const accept = async (userId: string) => {
      const browser = await newBrowser(clerk)
      const { token } = await createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url }).signInTokens.createSignInToken({ userId, expiresInSeconds: 60 })
      await post(clerk, '/client/sign_ins', browser, { strategy: 'ticket', ticket: token })
      return post(clerk, `/me/organization_invitations/${id}/accept`, browser)
    }
    expect((await accept(cleo.id)).status).toBe(404)
    expect((await accept(bea.id)).body.response).toMatchObject({ id, status: 'accepted', public_organization_data: { name: 'Acme' } })
    expect(await accept(bea.id)).toMatchObject({ status: 400, code: 'organization_invitation_not_pending' })
    expect((await organizations.getOrganizationMembershipList({ organizationId, userId: [bea.id] })).data).toMatchObject([{ role: 'org:member', publicMetadata: { desk: 4 } }])
    expect(told(clerk).slice(-2)).toEqual(['organizationMembership.created', 'organizationInvitation.accepted'])
  })
})
