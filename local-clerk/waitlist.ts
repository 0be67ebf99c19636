import type { WaitlistEntryJSON } from '@clerk/backend'
import type { EmitEvent } from './deliveries/events.ts'
import { newId } from './state/ids.ts'
import type { WaitlistEntry } from './state/schema.ts'
import type { Store } from './state/store.ts'
import type { Sdk } from './json/sdk.ts'

export interface Waitlist {
  /** Puts an address on the list, and emits `waitlistEntry.created`; one that is on it already stays as it is. */
  join(emailAddress: string): WaitlistEntry
}

/** Those who wait until they may sign up. */
export function createWaitlist({ store, now, emit }: { store: Store, now: () => number, emit: EmitEvent }): Waitlist {
  return {
    join(emailAddress) {
      const known = store.waitlist.values().find(entry => entry.emailAddress.toLowerCase() === emailAddress.toLowerCase())
      if (known) return known
      const at = now()
      const entry: WaitlistEntry = { id: newId('wle'), emailAddress, status: 'pending', createdAt: at, updatedAt: at }
      store.waitlist.set(entry.id, entry)
      store.changed()
      emit({ type: 'waitlistEntry.created', userId: null, data: waitlistEntryJson(entry), timestamp: at })
      return entry
    },
  }
}

/** `WaitlistEntryJSON` of the Backend API and of webhooks. */
export function waitlistEntryJson(entry: WaitlistEntry) {
  return {
    object: 'waitlist_entry',
    id: entry.id,
    email_address: entry.emailAddress,
    status: entry.status,
    is_locked: false,
    invitation: null,
    created_at: entry.createdAt,
    updated_at: entry.updatedAt,
  } satisfies Sdk<WaitlistEntryJSON>
}
