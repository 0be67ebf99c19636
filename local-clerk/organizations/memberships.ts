import type { Accounts, ChangeOptions } from '../accounts.ts'
import type { EmitEvent } from '../deliveries/events.ts'
import { errors } from '../errors.ts'
import { membershipJson } from '../json/organization.ts'
import { newId } from '../state/ids.ts'
import type { Membership } from '../state/schema.ts'
import type { Store } from '../state/store.ts'
import type { Organizations } from './organizations.ts'
import { adminRole, findRole } from './roles.ts'

export interface NewMembership {
  userId: string
  role: string
  publicMetadata?: Membership['publicMetadata'] | null
  privateMetadata?: Membership['privateMetadata'] | null
}

export type MembershipPatch = Partial<Pick<Membership, 'role' | 'publicMetadata' | 'privateMetadata'>>

export interface Memberships {
  /**
   * Emits `organizationMembership.created`.
   * @throws ClerkError 404 for an unknown user, organization or role, 400 for a member, 403 when the organization is full
   */
  add(organizationId: string, input: NewMembership): Membership
  /** Emits `organizationMembership.updated`. @throws ClerkError 404, or 403 for the last admin */
  update(organizationId: string, userId: string, patch: MembershipPatch): Membership
  /** Emits `organizationMembership.deleted`. @throws ClerkError 404, or 403 for the last admin */
  remove(organizationId: string, userId: string): Membership
  /** Takes someone who is deleted out of all organizations, and emits `organizationMembership.deleted` for each. */
  removeAllOf(userId: string, options?: ChangeOptions): void
  /** @throws ClerkError 404 */
  get(organizationId: string, userId: string): Membership
  find(organizationId: string, userId: string): Membership | undefined
  list(filter: { organizationId?: string, userId?: string }): Membership[]
  json(membership: Membership): ReturnType<typeof membershipJson>
}

interface Parts { store: Store, url: string, now: () => number, emit: EmitEvent, accounts: Accounts, organizations: Organizations }

/** The one place that changes memberships; every change emits its event. */
export function createMemberships({ store, url, now, emit, accounts, organizations }: Parts): Memberships {
  const { memberships } = store

  function tell(membership: Membership, type: `organizationMembership.${'created' | 'updated' | 'deleted'}`, timestamp = membership.updatedAt): Membership {
    store.changed()
    emit({ type, userId: membership.userId, data: all.json(membership), timestamp })
    return membership
  }

  function assertNotLastAdmin({ organizationId, role }: Membership) {
    if (role === adminRole && all.list({ organizationId }).filter(each => each.role === adminRole).length === 1) throw errors.minimumPermissions()
  }

  function drop(membership: Membership, { silent = false }: ChangeOptions = {}): Membership {
    memberships.delete(membership.id)
    if (!silent) tell(membership, 'organizationMembership.deleted', Math.max(now(), membership.updatedAt + 1))
    return membership
  }

  const all: Memberships = {
    add(organizationId, { userId, role, publicMetadata, privateMetadata }) {
      const organization = organizations.get(organizationId)
      const user = accounts.get(userId)
      if (!findRole(role)) throw errors.roleNotFound(role)
      if (all.find(organization.id, user.id)) throw errors.alreadyMember(user.id)
      const limit = organization.maxAllowedMemberships
      if (limit > 0 && all.list({ organizationId: organization.id }).length >= limit) throw errors.membershipQuota(limit)
      const at = now()
      const membership: Membership = {
        id: newId('orgmem'),
        organizationId: organization.id,
        userId: user.id,
        role,
        publicMetadata: publicMetadata ?? {},
        privateMetadata: privateMetadata ?? {},
        createdAt: at,
        updatedAt: at,
      }
      memberships.set(membership.id, membership)
      return tell(membership, 'organizationMembership.created')
    },

    update(organizationId, userId, patch) {
      const before = all.get(organizationId, userId)
      if (patch.role && !findRole(patch.role)) throw errors.roleNotFound(patch.role)
      if (patch.role && patch.role !== before.role) assertNotLastAdmin(before)
      const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
      const membership: Membership = { ...before, ...given, updatedAt: Math.max(now(), before.updatedAt + 1) }
      memberships.set(membership.id, membership)
      return tell(membership, 'organizationMembership.updated')
    },

    remove(organizationId, userId) {
      const membership = all.get(organizationId, userId)
      assertNotLastAdmin(membership)
      return drop(membership)
    },

    removeAllOf(userId, options) {
      for (const membership of all.list({ userId })) drop(membership, options)
    },

    get(organizationId, userId) {
      const membership = all.find(organizationId, userId)
      if (!membership) throw errors.notFound('That membership')
      return membership
    },

    find: (organizationId, userId) => memberships.values().find(each => each.organizationId === organizationId && each.userId === userId),

    list: ({ organizationId, userId }) => [...memberships.values()].filter(each =>
      (!organizationId || each.organizationId === organizationId) && (!userId || each.userId === userId)),

    json: membership => membershipJson(membership, organizations.get(membership.organizationId), accounts.get(membership.userId), url),
  }
  return all
}
