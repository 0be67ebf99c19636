import type { Accounts } from '../accounts.ts'
import type { EmitEvent } from '../deliveries/events.ts'
import { errors } from '../errors.ts'
import { deletedOrganizationJson, organizationJson } from '../json/organization.ts'
import { newId } from '../state/ids.ts'
import type { Organization } from '../state/schema.ts'
import type { Store } from '../state/store.ts'
import type { Memberships } from './memberships.ts'
import { adminRole } from './roles.ts'

/** Clerk's default for a new instance. */
const defaultMembershipLimit = 5

export interface NewOrganization {
  name: string
  slug?: string | null
  createdBy?: string | null
  maxAllowedMemberships?: number | null
  publicMetadata?: Organization['publicMetadata'] | null
  privateMetadata?: Organization['privateMetadata'] | null
  /** milliseconds */
  createdAt?: number
}

export type OrganizationPatch = Partial<Pick<Organization, 'name' | 'slug' | 'maxAllowedMemberships' | 'adminDeleteEnabled' | 'publicMetadata' | 'privateMetadata' | 'createdAt'>>

export interface Organizations {
  /** Emits `organization.created`; whoever creates it becomes its admin. @throws ClerkError 422 for a slug that is taken or an unknown creator */
  create(input: NewOrganization): Organization
  /** Emits `organization.updated`. @throws ClerkError 404, or 422 for a slug that is taken */
  update(id: string, patch: OrganizationPatch): Organization
  /** Takes memberships and invitations with it, and emits `organization.deleted` alone. @throws ClerkError 404 */
  delete(id: string): Organization
  /** By id or slug. @throws ClerkError 404 */
  get(idOrSlug: string): Organization
  list(): Organization[]
}

interface Parts { store: Store, url: string, now: () => number, emit: EmitEvent, accounts: Accounts, memberships: () => Memberships }

/** The one place that changes organizations; every change emits its event. */
export function createOrganizations({ store, url, now, emit, accounts, memberships }: Parts): Organizations {
  const { organizations } = store
  const findBySlug = (slug: string) => organizations.values().find(each => each.slug === slug)

  function assertFree(slug: string, exceptId?: string) {
    const owner = findBySlug(slug)
    if (owner && owner.id !== exceptId) throw errors.identifierExists('slug', 'slug')
  }

  function set(organization: Organization, type: 'organization.created' | 'organization.updated'): Organization {
    organizations.set(organization.id, organization)
    store.changed()
    emit({ type, userId: organization.createdBy, data: organizationJson(organization, url), timestamp: organization.updatedAt })
    return organization
  }

  const all: Organizations = {
    create({ name, slug, createdBy = null, maxAllowedMemberships, publicMetadata, privateMetadata, createdAt }) {
      const at = now()
      const ownSlug = slug || `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')}-${Math.floor(at / 1000)}`
      assertFree(ownSlug)
      if (createdBy && !accounts.find(createdBy)) throw errors.valueInvalid('created_by', 'No user was found with this id.')
      const organization = set({
        id: newId('org'),
        name,
        slug: ownSlug,
        maxAllowedMemberships: maxAllowedMemberships ?? defaultMembershipLimit,
        adminDeleteEnabled: true,
        publicMetadata: publicMetadata ?? {},
        privateMetadata: privateMetadata ?? {},
        createdBy,
        createdAt: createdAt ?? at,
        updatedAt: at,
      }, 'organization.created')
      if (createdBy) memberships().add(organization.id, { userId: createdBy, role: adminRole })
      return organization
    },

    update(id, patch) {
      const before = all.get(id)
      if (patch.slug) assertFree(patch.slug, before.id)
      const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
      return set({ ...before, ...given, updatedAt: Math.max(now(), before.updatedAt + 1) }, 'organization.updated')
    },

    delete(id) {
      const organization = all.get(id)
      organizations.delete(organization.id)
      for (const list of [store.memberships, store.organizationInvitations]) {
        for (const each of list.values()) if (each.organizationId === organization.id) list.delete(each.id)
      }
      store.changed()
      emit({ type: 'organization.deleted', userId: null, data: deletedOrganizationJson(organization), timestamp: Math.max(now(), organization.updatedAt + 1) })
      return organization
    },

    get(idOrSlug) {
      const organization = organizations.get(idOrSlug) ?? findBySlug(idOrSlug)
      if (!organization) throw errors.notFound('That organization')
      return organization
    },

    list: () => [...organizations.values()],
  }
  return all
}
