import type { Accounts } from '../accounts.ts'
import type { EmitEvent } from '../deliveries/events.ts'
import { errors } from '../errors.ts'
import { acceptedInvitationJson, organizationInvitationJson, ownInvitationJson } from '../json/organization.ts'
import { newId } from '../state/ids.ts'
import type { OrganizationInvitation, User } from '../state/schema.ts'
import type { Store } from '../state/store.ts'
import type { Memberships } from './memberships.ts'
import type { Organizations } from './organizations.ts'
import { adminRole, findRole } from './roles.ts'

const day = 24 * 60 * 60 * 1000
/** An invitation is good for this long where nothing is said, as at Clerk. */
const defaultDays = 30

export interface NewInvitation {
  emailAddress: string
  role: string
  inviterUserId?: string | null
  publicMetadata?: OrganizationInvitation['publicMetadata'] | null
  privateMetadata?: OrganizationInvitation['privateMetadata'] | null
  expiresInDays?: number | null
}

export type InvitationStatus = OrganizationInvitation['status'] | 'expired'

export interface OrganizationInvitations {
  /**
   * Emits `organizationInvitation.created`. No mail is sent.
   * @throws ClerkError 404 for an unknown role, 403 for an inviter who is no admin, 400 for someone who is invited or a member
   */
  create(organizationId: string, input: NewInvitation): OrganizationInvitation
  /** Emits `organizationInvitation.revoked`. @throws ClerkError 404, 400 for one that is not pending, 403 for someone who is no admin */
  revoke(organizationId: string, id: string, requestingUserId?: string | null): OrganizationInvitation
  /** Makes a member of the person, and emits `organizationInvitation.accepted`. @throws ClerkError 404 for one of somebody else, 400 for one that is not pending */
  accept(id: string, user: User): OrganizationInvitation
  /** @throws ClerkError 404 */
  get(organizationId: string, id: string): OrganizationInvitation
  list(filter: { organizationId?: string, to?: User, status?: InvitationStatus, emailAddress?: string }): OrganizationInvitation[]
  json(invitation: OrganizationInvitation): ReturnType<typeof organizationInvitationJson>
  /** For the person who is invited. */
  ownJson(invitation: OrganizationInvitation): ReturnType<typeof ownInvitationJson>
}

interface Parts { store: Store, url: string, now: () => number, emit: EmitEvent, accounts: Accounts, organizations: Organizations, memberships: Memberships }

/** The one place that changes invitations to organizations; every change emits its event. */
export function createOrganizationInvitations({ store, url, now, emit, accounts, organizations, memberships }: Parts): OrganizationInvitations {
  const invitations = store.organizationInvitations
  const isOf = (user: User, { emailAddress }: OrganizationInvitation) => user.emails.some(email => email.verified && email.address === emailAddress)
  function assertAdmin(organizationId: string, userId: string | null | undefined) {
    if (userId && memberships.find(organizationId, userId)?.role !== adminRole) throw errors.notAdmin()
  }
  const statusOf = (invitation: OrganizationInvitation) => all.json(invitation).status

  function set(invitation: OrganizationInvitation): OrganizationInvitation {
    invitations.set(invitation.id, invitation)
    store.changed()
    return invitation
  }

  function settle(invitation: OrganizationInvitation, status: 'accepted' | 'revoked'): OrganizationInvitation {
    if (statusOf(invitation) !== 'pending') throw errors.invitationNotPending()
    return set({ ...invitation, status, updatedAt: Math.max(now(), invitation.updatedAt + 1) })
  }

  const all: OrganizationInvitations = {
    create(organizationId, { emailAddress, role, inviterUserId = null, publicMetadata, privateMetadata, expiresInDays }) {
      const organization = organizations.get(organizationId)
      const address = emailAddress.toLowerCase()
      if (!findRole(role)) throw errors.roleNotFound(role)
      assertAdmin(organization.id, inviterUserId)
      const known = accounts.findByIdentifier(address)
      if (known && memberships.find(organization.id, known.id)) throw errors.alreadyMember(known.id)
      if (all.list({ organizationId: organization.id, status: 'pending', emailAddress: address }).length > 0) throw errors.invitationNotUnique(address)
      const at = now()
      const invitation = set({
        id: newId('orginv'),
        organizationId: organization.id,
        emailAddress: address,
        role,
        inviterId: inviterUserId,
        status: 'pending',
        publicMetadata: publicMetadata ?? {},
        privateMetadata: privateMetadata ?? {},
        expiresAt: at + (expiresInDays ?? defaultDays) * day,
        createdAt: at,
        updatedAt: at,
      })
      emit({ type: 'organizationInvitation.created', userId: known?.id ?? null, data: all.json(invitation), timestamp: at })
      return invitation
    },

    revoke(organizationId, id, requestingUserId) {
      const pending = all.get(organizationId, id)
      assertAdmin(pending.organizationId, requestingUserId)
      const invitation = settle(pending, 'revoked')
      emit({ type: 'organizationInvitation.revoked', userId: null, data: all.json(invitation), timestamp: invitation.updatedAt })
      return invitation
    },

    accept(id, user) {
      const found = invitations.get(id)
      if (!found || !isOf(user, found)) throw errors.notFound('That invitation')
      if (statusOf(found) !== 'pending') throw errors.invitationNotPending()
      const { organizationId, role, publicMetadata, privateMetadata } = found
      memberships.add(organizationId, { userId: user.id, role, publicMetadata, privateMetadata })
      const invitation = settle(found, 'accepted')
      emit({ type: 'organizationInvitation.accepted', userId: user.id, data: acceptedInvitationJson(all.json(invitation), user.id), timestamp: invitation.updatedAt })
      return invitation
    },

    get(organizationId, id) {
      const invitation = invitations.get(id)
      if (!invitation || invitation.organizationId !== organizations.get(organizationId).id) throw errors.notFound('That invitation')
      return invitation
    },

    list: ({ organizationId, to, status, emailAddress }) => [...invitations.values()].filter(each =>
      (!organizationId || each.organizationId === organizationId)
      && (!to || isOf(to, each))
      && (!status || statusOf(each) === status)
      && (!emailAddress || each.emailAddress === emailAddress.toLowerCase())),

    json: invitation => organizationInvitationJson(invitation, accounts.find(invitation.inviterId ?? ''), url, now()),

    ownJson: invitation => ownInvitationJson(all.json(invitation), organizations.get(invitation.organizationId), url),
  }
  return all
}
