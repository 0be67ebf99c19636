import { errors } from './errors.ts'
import type { EmitEvent } from './deliveries/events.ts'
import { deletedUserJson, userJson } from './json/user.ts'
import { lockout } from './lockout.ts'
import { indexIdentifiers } from './state/identifiers.ts'
import { newUser, type NewUser, passwordFields } from './state/new-user.ts'
import type { User } from './state/schema.ts'
import type { Store } from './state/store.ts'

export interface UserPatch extends Omit<NewUser, 'id' | 'email' | 'updatedAt'>, Partial<Pick<User, 'primaryEmailId' | 'failedAttempts'>> {}

export interface ChangeOptions {
  /** changes without an event, so that no delivery tells of it */
  silent?: boolean
}

export interface Accounts {
  /** Emits `user.created`. @throws ClerkError 422 when the username or the e-mail is taken */
  create(input: NewUser, options?: ChangeOptions): User
  /**
   * Changes the user and emits `user.updated`. `updated_at` is the time of the change; two changes of one user within
   * a millisecond are put one millisecond apart, so that their order is kept.
   */
  update(id: string, patch: UserPatch, options?: ChangeOptions): User
  /** Bans or lifts the ban; a ban ends the person's sessions, as Clerk's does. */
  setBanned(id: string, banned: boolean, options?: ChangeOptions): User
  /** Locks for an hour, Clerk's default, or unlocks and forgets the wrong attempts; `user.updated` tells of it. */
  setLocked(id: string, locked: boolean, options?: ChangeOptions): User
  /** Ends the person's sessions and emits `user.deleted`. */
  delete(id: string, options?: ChangeOptions): void
  /** Moves `updated_at` and nothing else, without an event, as Clerk does at a sign-in. */
  touch(id: string): User
  /** Records a sign-in, a wrong attempt or activity; `updated_at` stays, so that a test decides when it moves. */
  recordActivity(id: string, patch: Partial<Pick<User, 'lastSignInAt' | 'lastActiveAt' | 'failedAttempts'>>): void
  find(id: string): User | undefined
  /** @throws ClerkError 404 */
  get(id: string): User
  /** Finds whose e-mail address or username this is. */
  findByIdentifier(identifier: string): User | undefined
  /** The same, without e-mail addresses that nobody has verified. */
  findByVerifiedIdentifier(identifier: string): User | undefined
  /** Everyone; the same array until someone changes. */
  all(): readonly User[]
  /** Everyone, in an array of the caller's own. */
  list(): User[]
}

export interface AccountsOptions {
  store: Store
  url: string
  now: () => number
  emit: EmitEvent
  endSessions: (id: string, options: ChangeOptions) => void
  /** takes someone who is about to be deleted out of their organizations */
  leaveOrganizations: (id: string, options: ChangeOptions) => void
}

/** The one place that changes users; every change emits its event, as Clerk does, unless it is to be silent. */
export function createAccounts({ store, url, now, emit, endSessions, leaveOrganizations }: AccountsOptions): Accounts {
  const { users } = store
  const identifiers = indexIdentifiers(users.values())
  let everyone: readonly User[] | null = null

  function replace(before: User | undefined, after: User | undefined) {
    if (after) users.set(after.id, after)
    else if (before) users.delete(before.id)
    identifiers.replace(before, after)
    everyone = null
    store.changed()
  }

  function timeOfChange(user: User): number {
    return Math.max(now(), user.updatedAt + 1)
  }

  function assertFree(param: 'username' | 'email_address', value: string | null | undefined, exceptId?: string) {
    const owner = value ? accounts.findByIdentifier(value) : undefined
    if (owner && owner.id !== exceptId) throw errors.identifierExists(param, param === 'username' ? 'username' : 'email address')
  }

  const accounts: Accounts = {
    create(input, { silent = false } = {}) {
      assertFree('username', input.username)
      for (const address of input.emails?.map(email => email.address) ?? [input.email]) assertFree('email_address', address)
      const at = now()
      const user = newUser(input, at)
      replace(undefined, user)
      if (!silent) emit({ type: 'user.created', userId: user.id, data: userJson(user, url), timestamp: at })
      return user
    },

    update(id, { password, ...patch }, { silent = false } = {}) {
      const before = accounts.get(id)
      assertFree('username', patch.username, id)
      const user: User = {
        ...before,
        ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)),
        ...(password ? passwordFields(password, now()) : {}),
        updatedAt: timeOfChange(before),
      }
      replace(before, user)
      if (!silent) emit({ type: 'user.updated', userId: id, data: userJson(user, url), timestamp: user.updatedAt })
      return user
    },

    setBanned(id, banned, options = {}) {
      const user = accounts.update(id, { banned }, options)
      if (banned) endSessions(id, options)
      return user
    },

    setLocked: (id, locked, options) => accounts.update(id, { lockedUntil: locked ? now() + lockout.minutes * 60_000 : null, failedAttempts: 0 }, options),

    delete(id, options = {}) {
      const user = accounts.get(id)
      endSessions(id, options)
      leaveOrganizations(id, options)
      replace(user, undefined)
      if (!options.silent) emit({ type: 'user.deleted', userId: id, data: deletedUserJson(id, user.externalId), timestamp: timeOfChange(user) })
    },

    touch(id) {
      const user = accounts.get(id)
      const touched = { ...user, updatedAt: timeOfChange(user) }
      replace(user, touched)
      return touched
    },

    recordActivity(id, patch) {
      const user = users.get(id)
      if (user) replace(user, { ...user, ...patch })
    },

    find: id => users.get(id),

    get(id) {
      const user = users.get(id)
      if (!user) throw errors.userNotFound(id)
      return user
    },

    findByIdentifier: identifier => users.get(identifiers.find(identifier) ?? ''),

    findByVerifiedIdentifier(identifier) {
      const user = accounts.findByIdentifier(identifier)
      const address = identifier.trim().toLowerCase()
      return user?.emails.some(email => !email.verified && email.address.toLowerCase() === address) ? undefined : user
    },

    all: () => everyone ??= [...users.values()],

    list: () => [...users.values()],
  }
  return accounts
}
