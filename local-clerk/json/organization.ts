import type { OrganizationInvitationJSON, OrganizationJSON, OrganizationMembershipJSON } from '@clerk/backend'
import { findRole } from '../organizations/roles.ts'
import type { Membership, Organization, OrganizationInvitation, User } from '../state/schema.ts'
import { imageUrl } from './user.ts'
import type { Sdk } from './sdk.ts'

/** An organization as the Backend API and webhooks write it. @param membersCount where it was asked for */
export function organizationJson(organization: Organization, url: string, membersCount?: number) {
  return {
    object: 'organization',
    id: organization.id,
    name: organization.name,
    slug: organization.slug,
    image_url: logoUrl(organization, url),
    has_image: false,
    ...membersCount === undefined ? {} : { members_count: membersCount },
    max_allowed_memberships: organization.maxAllowedMemberships,
    admin_delete_enabled: organization.adminDeleteEnabled,
    public_metadata: organization.publicMetadata,
    private_metadata: organization.privateMetadata,
    ...organization.createdBy ? { created_by: organization.createdBy } : {},
    created_at: organization.createdAt,
    updated_at: organization.updatedAt,
  } satisfies Sdk<OrganizationJSON>
}

const logoUrl = ({ id }: Organization, url: string) => `${url}/avatars/default/${id}.svg`

/** What is left to say of a deleted organization. */
export const deletedOrganizationJson = ({ id, slug }: Organization) => ({ object: 'organization', id, slug, deleted: true })

/** A person as organizations show them. */
function publicUserJson(user: User, url: string) {
  const image = imageUrl(user, url)
  return {
    user_id: user.id,
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: image,
    has_image: user.imagePath !== null,
    identifier: user.emails.find(email => email.id === user.primaryEmailId)?.address ?? user.username ?? user.id,
  }
}

/** A membership as the Backend API and webhooks write it. */
export function membershipJson(membership: Membership, organization: Organization, user: User, url: string) {
  const person = publicUserJson(user, url)
  const publicUser = { ...person, profile_image_url: person.image_url, username: user.username, banned: user.banned, deprovisioned: false }
  return {
    object: 'organization_membership',
    id: membership.id,
    role: membership.role,
    role_name: findRole(membership.role)?.name ?? membership.role,
    permissions: [...findRole(membership.role)?.permissions ?? []],
    public_metadata: membership.publicMetadata,
    private_metadata: membership.privateMetadata,
    organization: organizationJson(organization, url),
    public_user_data: publicUser,
    created_at: membership.createdAt,
    updated_at: membership.updatedAt,
  } satisfies Sdk<OrganizationMembershipJSON>
}

/** What anyone who is invited may know of an organization. */
const publicOrganizationJson = (organization: Organization, url: string) => ({
  id: organization.id,
  name: organization.name,
  slug: organization.slug,
  image_url: logoUrl(organization, url),
  has_image: false,
})

/** An invitation as the Backend API and webhooks write it. @param at the time by which it has expired or not */
export function organizationInvitationJson(invitation: OrganizationInvitation, inviter: User | undefined, url: string, at: number) {
  const expired = invitation.status === 'pending' && invitation.expiresAt <= at
  return {
    object: 'organization_invitation',
    id: invitation.id,
    email_address: invitation.emailAddress,
    role: invitation.role,
    role_name: findRole(invitation.role)?.name ?? invitation.role,
    organization_id: invitation.organizationId,
    inviter_id: invitation.inviterId,
    public_inviter_data: inviter ? publicUserJson(inviter, url) : null,
    status: expired ? 'expired' : invitation.status,
    public_metadata: invitation.publicMetadata,
    private_metadata: invitation.privateMetadata,
    // The person accepts in the app while signed in: no mail is sent from here, so there is no link.
    url: null,
    expires_at: invitation.expiresAt,
    created_at: invitation.createdAt,
    updated_at: invitation.updatedAt,
  } satisfies Sdk<OrganizationInvitationJSON, 'status'>
}

/** The same for the person who is invited, with the organization's name. */
export const ownInvitationJson = (invitation: ReturnType<typeof organizationInvitationJson>, organization: Organization, url: string) =>
  ({ ...invitation, public_organization_data: publicOrganizationJson(organization, url) })

/** What `organizationInvitation.accepted` tells. */
export const acceptedInvitationJson = (invitation: ReturnType<typeof organizationInvitationJson>, userId: string) =>
  ({ ...invitation, status: 'accepted', user_id: userId }) satisfies Sdk<OrganizationInvitationJSON>
