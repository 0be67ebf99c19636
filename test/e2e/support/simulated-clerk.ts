import fc from 'fast-check'
import { fixture } from '#scripts/lib/delivery.ts'

/** What Clerk holds of a user, as far as the mirror keeps it. Times are ms since 1970. */
export interface SimulatedUser {
  id: string
  username: string | null
  firstName: string | null
  lastName: string | null
  email: string | null
  picture: string | null
  banned: boolean
  createdAt: number
  updatedAt: number
  lastSignInAt: number | null
}

export const changes = ['rename', 'username', 'swap', 'email', 'picture', 'ban', 'signIn', 'delete'] as const

/** One thing that happens at Clerk. To a user not there yet it is the sign-up; a delete then is of one never seen. */
export interface Step {
  user: number
  change: (typeof changes)[number]
  /** which of a few values, so that the same content comes again */
  value: number
  /** `updated_at` stays, as when Clerk stamps two events alike: the envelope alone tells them apart */
  sameUpdatedAt: boolean
  /** how far the envelope's clock moves; where `updated_at` moves, it may go back */
  envelopeMs: number
}

/** Any step among so many users. */
export const anyStep = (among: { users: number, changes: readonly Step['change'][] }): fc.Arbitrary<Step> => fc.record({
  user: fc.nat(among.users - 1),
  change: fc.constantFrom(...among.changes),
  value: fc.nat(3),
  sameUpdatedAt: fc.boolean(),
  envelopeMs: fc.integer({ min: -2, max: 3 }),
})

export interface SimulatedEvent { type: string, data: Record<string, unknown>, timestamp: number }

type State = { is: 'here', user: SimulatedUser } | { is: 'deleted', at: number, last: SimulatedUser | null }

const epoch = 1_760_000_000_000
const unkept = fixture('user.created').data

/** A Clerk without a network: its users, and the events that each step makes. The same steps make the same events. */
export function simulateClerk(ids: string[]) {
  const states = new Map<string, State>()
  const envelopes = new Map<string, number>()
  let clock = epoch

  /** Later than all that was said of this user under the same `updated_at`. */
  function stamp(id: string, { sameUpdatedAt, envelopeMs }: Step): number {
    const before = envelopes.get(id) ?? clock
    const at = sameUpdatedAt ? before + 1 + Math.abs(envelopeMs) : before + envelopeMs
    envelopes.set(id, at)
    return at
  }

  function signUp(id: string, step: Step): SimulatedEvent {
    clock++
    const user: SimulatedUser = {
      id, username: `name${step.value}`, firstName: 'New', lastName: null, email: `${step.value}@example.com`, picture: null,
      banned: false, createdAt: clock, updatedAt: clock, lastSignInAt: null,
    }
    states.set(id, { is: 'here', user })
    return { type: 'user.created', data: toJson(user), timestamp: stamp(id, step) }
  }

  function change(user: SimulatedUser, patch: Partial<SimulatedUser>, step: Step, type = 'user.updated'): SimulatedEvent {
    clock++
    const changed = { ...user, ...patch, updatedAt: step.sameUpdatedAt ? user.updatedAt : clock }
    states.set(user.id, { is: 'here', user: changed })
    const data = type.startsWith('session.') ? { object: 'session', id: `sess_${user.id}`, user_id: user.id, user: toJson(changed) } : toJson(changed)
    return { type, data, timestamp: stamp(user.id, step) }
  }

  function remove(id: string, step: Step): SimulatedEvent {
    const before = states.get(id)
    const at = stamp(id, step)
    if (before?.is === 'deleted') states.set(id, { ...before, at: Math.min(before.at, at) })
    else states.set(id, { is: 'deleted', at, last: before?.user ?? null })
    return { type: 'user.deleted', data: { object: 'user', id, deleted: true }, timestamp: at }
  }

  /** Sessions end after their user: an event of the dead, with the user inside. */
  function endSession(last: SimulatedUser, step: Step): SimulatedEvent {
    const data = { object: 'session', id: `sess_${last.id}`, user_id: last.id, user: toJson(last) }
    return { type: 'session.removed', data, timestamp: stamp(last.id, { ...step, sameUpdatedAt: true }) }
  }

  function changeUser(user: SimulatedUser, step: Step): SimulatedEvent[] {
    const { value } = step
    switch (step.change) {
      case 'rename': return [change(user, { firstName: `First${value}`, lastName: value % 2 ? null : `Last${value}` }, step)]
      case 'username': return [change(user, { username: value === 0 ? null : `name${value}` }, step)]
      case 'email': return [change(user, { email: value === 0 ? null : `${value}@example.com` }, step)]
      case 'picture': return [change(user, { picture: value === 0 ? null : `https://img.example.com/${value}` }, step)]
      case 'ban': return [change(user, { banned: value % 2 === 0 }, step)]
      case 'signIn': return [change(user, { lastSignInAt: clock }, step, 'session.created')]
      case 'delete': return [remove(user.id, step)]
      case 'swap': {
        const other = states.get(ids[(step.user + 1 + value) % ids.length] ?? '')
        if (other?.is !== 'here' || other.user.id === user.id) return [change(user, { username: `name${value}` }, step)]
        return [change(user, { username: other.user.username }, step), change(other.user, { username: user.username }, step)]
      }
    }
  }

  return {
    /** Something happens. @returns the events of it, in order */
    step(step: Step): SimulatedEvent[] {
      const id = ids[step.user % ids.length]
      if (!id) return []
      const state = states.get(id)
      if (state?.is === 'here') return changeUser(state.user, step)
      if (step.change === 'delete') return [remove(id, step)]
      if (!state) return [signUp(id, step)]
      return state.last ? [endSession(state.last, step)] : [remove(id, step)]
    },
    /** The users as the Backend API would answer now. */
    look: () => [...states.values()].flatMap(state => state.is === 'here' ? [toJson(state.user)] : []),
    /** Whom `GET /v1/users/:id` answers 404 for, of those who once were. */
    deleted: () => [...states].flatMap(([id, state]) => state.is === 'deleted' ? [id] : []),
    /** The whole truth, by id. */
    states: () => states,
  }
}

/** `UserJSON`, with all that the mirror does not keep. */
function toJson(user: SimulatedUser): Record<string, unknown> & { id: string } {
  const primary = user.email ? [{ object: 'email_address', id: 'idn_primary', email_address: user.email, linked_to: [] }] : []
  return {
    ...unkept,
    id: user.id,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    has_image: user.picture !== null,
    image_url: user.picture ?? 'https://img.clerk.com/generated-initials',
    email_addresses: [{ object: 'email_address', id: 'idn_older', email_address: 'older@example.com', linked_to: [] }, ...primary],
    primary_email_address_id: user.email ? 'idn_primary' : null,
    banned: user.banned,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    last_sign_in_at: user.lastSignInAt,
  }
}
