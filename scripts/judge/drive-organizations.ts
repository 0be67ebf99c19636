import { createClerkClient } from '@clerk/backend'
import * as v from 'valibot'
import type { LocalClerk } from '#local-clerk/index.ts'

/** Organizations, memberships and invitations, by Clerk's own client. */
export async function driveOrganizations(clerk: LocalClerk): Promise<void> {
  const { organizations, users, signInTokens } = createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url, telemetry: { disabled: true } })
  const refused = (run: Promise<unknown>) => run.then(() => {
    throw new Error('This call was to be refused.')
  }, () => {})
  const [head, member] = ['head', 'member'].map(name => clerk.users.create({ firstName: name, email: `${name}@example.com` }))
  if (!head || !member) return

  const { id: organizationId } = await organizations.createOrganization({ name: 'Acme', slug: 'acme', createdBy: head.id })
  await refused(organizations.createOrganization({ name: 'Acme', slug: 'acme' }))
  await organizations.getOrganizationList({ includeMembersCount: true, query: 'acme', orderBy: '-members_count' })
  await organizations.getOrganization({ slug: 'acme' })
  await refused(organizations.getOrganization({ organizationId: 'org_nobody' }))
  await organizations.updateOrganization(organizationId, { name: 'Acme Corp', maxAllowedMemberships: 10 })
  await organizations.updateOrganizationMetadata(organizationId, { publicMetadata: { plan: 'pro' } })
  await organizations.replaceOrganizationMetadata(organizationId, { privateMetadata: { note: 'x' } })

  const membership = { organizationId, userId: member.id }
  await organizations.createOrganizationMembership({ ...membership, role: 'org:member' })
  await refused(organizations.createOrganizationMembership({ ...membership, role: 'org:member' }))
  await organizations.updateOrganizationMembership({ ...membership, role: 'org:admin' })
  await organizations.updateOrganizationMembershipMetadata({ ...membership, publicMetadata: { desk: 1 } })
  await organizations.getOrganizationMembershipList({ organizationId, role: ['org:admin'] })
  await organizations.getInstanceOrganizationMembershipList({ limit: 10 })
  await users.getOrganizationMembershipList({ userId: member.id })
  await organizations.deleteOrganizationMembership(membership)
  await refused(organizations.deleteOrganizationMembership(membership))

  const invitation = { organizationId, emailAddress: 'member@example.com', role: 'org:member', inviterUserId: head.id }
  const { id: invitationId } = await organizations.createOrganizationInvitation(invitation)
  await refused(organizations.createOrganizationInvitation(invitation))
  await organizations.getOrganizationInvitation({ organizationId, invitationId })
  await organizations.getOrganizationInvitationList({ organizationId, status: ['pending'] })
  await users.getOrganizationInvitationList({ userId: member.id })
  await organizations.revokeOrganizationInvitation({ organizationId, invitationId, requestingUserId: head.id })
  const bulk = await organizations.createOrganizationInvitationBulk(organizationId, [invitation])

  const { token } = await signInTokens.createSignInToken({ userId: member.id, expiresInSeconds: 60 })
  const { token: browser } = v.parse(v.object({ token: v.string() }), await (await fetch(`${clerk.url}/v1/dev_browser`, { method: 'POST' })).json())
  const call = async (method: string, path: string, fields: Record<string, string> = {}) => {
    const response = await fetch(`${clerk.url}/v1${path}?__clerk_db_jwt=${browser}&_method=${method}`, method === 'GET' ? {} : { method: 'POST', body: new URLSearchParams(fields) })
    if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status}. ${await response.text()}`)
  }
  await call('POST', '/client/sign_ins', { strategy: 'ticket', ticket: token })
  await call('GET', '/me/organization_invitations')
  await call('POST', `/me/organization_invitations/${bulk.data[0]?.id}/accept`)
  await call('GET', '/me/organization_memberships')
  await call('DELETE', `/me/organization_memberships/${organizationId}`)
  await organizations.deleteOrganization(organizationId)
}
