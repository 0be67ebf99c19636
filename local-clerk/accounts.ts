import { errors } from './errors.ts'
import type { EmitEvent } from './deliveries/events.ts'
import { userJson } from './json/user.ts'
import { indexIdentifiers } from './state/identifiers.ts'
import { newId } from './state/ids.ts'
import { hashPassword } from './state/passwords.ts'
import type { EmailAddress, User } from './state/schema.ts'
import type { Store } from './state/store.ts'

export interface NewUser {
  id?: string
  firstName?: string | null
  lastName?: string | null
  username?: string | null
  email?: string | null
  password?: string | null
  imagePath?: string | null
  externalId?: string | null
  publicMetadata?: Record<string, unknown>
  privateMetadata?: Record<string, unknown>
  unsafeMetadata?: Record<string, unknown>
  /** milliseconds; for people imported or seeded */
  createdAt?: number
}

export interface UserPatch extends Omit<NewUser, 'id' | 'email' | 'createdAt'> {
  emails?: EmailAddress[]
  primaryEmailId?: string | null
  banned?: boolean
}

export interface Accounts {
  /** @throws ClerkError when the username or the e-mail is taken */
  create(input: NewUser, options?: { silent?: boolean }): User
  /** Changes the user, moves `updated_at` forward by at least a millisecond, and emits `user.updated`. */
  update(id: string, patch: UserPatch): User
  /** Bans or lifts the ban; a ban ends the person's sessions, as Clerk's does. */
  setBanned(id: string, banned: boolean): User
  delete(id: string): void
  /** Records a sign-in or activity. `updated_at` stays: nothing in the profile changed. */
  touch(id: string, patch: Partial<Pick<User, 'lastSignInAt' | 'lastActiveAt'>>): void
  find(id: string): User | undefined
  /** @throws ClerkError 404 */
  get(id: string): User
  /** Finds who signs in with this e-mail address or username. */
  findByIdentifier(identifier: string): User | undefined
  list(): User[]
}

export interface AccountsOptions {
  store: Store
  url: string
  now: () => number
  emit: EmitEvent
  endSessions: (id: string) => void
}

/** The one place that changes users; every change emits its event, as Clerk does. */
export function createAccounts({ store, url, now, emit, endSessions }: AccountsOptions): Accounts {
  const { users } = store
  const identifiers = indexIdentifiers(users.values())

  function assertFree(param: 'username' | 'email_address', value: string | null | undefined, exceptId?: string) {
    const owner = value ? accounts.findByIdentifier(value) : undefined
    if (owner && owner.id !== exceptId) throw errors.identifierExists(param, param === 'username' ? 'username' : 'email address')
  }

  function passwordOf(password: string | null | undefined) {
    return password ? { passwordHash: hashPassword(password), passwordUpdatedAt: now() } : {}
  }

  const accounts: Accounts = {
    create({ email, password, ...input }, { silent = false } = {}) {
      assertFree('username', input.username)
      assertFree('email_address', email)
      const at = input.createdAt ?? now()
      const address = email ? { id: newId('idn'), address: email, verified: true } : null
      const user: User = {
        id: input.id ?? newId('user'),
        firstName: input.firstName || null,
        lastName: input.lastName || null,
        username: input.username || null,
        emails: address ? [address] : [],
        primaryEmailId: address?.id ?? null,
        imagePath: input.imagePath ?? null,
        passwordHash: null,
        passwordUpdatedAt: null,
        publicMetadata: input.publicMetadata ?? {},
        privateMetadata: input.privateMetadata ?? {},
        unsafeMetadata: input.unsafeMetadata ?? {},
        externalId: input.externalId ?? null,
        banned: false,
        createdAt: at,
        updatedAt: at,
        lastSignInAt: null,
        lastActiveAt: null,
        ...passwordOf(password),
      }
      users.set(user.id, user)
      identifiers.replace(undefined, user)
      store.changed()
      // Someone may have been here for weeks: the event is made now.
      if (!silent) emit({ type: 'user.created', userId: user.id, data: userJson(user, url), timestamp: input.createdAt === undefined ? at : now() })
      return user
    },

    update(id, { password, ...patch }) {
      const before = accounts.get(id)
      assertFree('username', patch.username, id)
      const user: User = {
        ...before,
        ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)),
        ...passwordOf(password),
        updatedAt: Math.max(now(), before.updatedAt + 1),
      }
      users.set(id, user)
      identifiers.replace(before, user)
      store.changed()
      emit({ type: 'user.updated', userId: id, data: userJson(user, url), timestamp: user.updatedAt })
      return user
    },

    setBanned(id, banned) {
      const user = accounts.update(id, { banned })
      if (banned) endSessions(id)
      return user
    },

    delete(id) {
      const user = accounts.get(id)
      endSessions(id)
      users.delete(id)
      identifiers.replace(user, undefined)
      store.changed()
      const timestamp = Math.max(now(), user.updatedAt + 1)
      emit({ type: 'user.deleted', userId: id, data: { object: 'user', id, deleted: true }, timestamp })
    },

    touch(id, patch) {
      const user = users.get(id)
      if (!user) return
      users.set(id, { ...user, ...patch })
      store.changed()
    },

    find: id => users.get(id),

    get(id) {
      const user = users.get(id)
      if (!user) throw errors.notFound(`No user with id ${id}`)
      return user
    },

    findByIdentifier: identifier => users.get(identifiers.find(identifier) ?? ''),

    list: () => [...users.values()],
  }
  return accounts
}
