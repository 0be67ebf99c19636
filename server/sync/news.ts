import type { ClerkUser } from '#server/schemas/clerk.ts'
import type { EventReason, Outcome, ReasonDetails, ReasonFor, SyncSource } from '#shared/types/sync.ts'

/** What a signed event says beside the user. */
export interface EventMeta {
  /** `svix-id`: the same on every retry and on a person's Replay. */
  id: string
  type: string | null
  userId: string | null
  /** The envelope's `timestamp`, ISO 8601. */
  occurredAt: string | null
  /** When the delivery reached us, by `performance.now()`. */
  receivedAt: number
  /** Filled where deliveries are traced. */
  stages?: DeliveryStages
}

/** When a delivery had come how far, by `performance.now()`. */
export interface DeliveryStages { readAt?: number, verifiedAt?: number, queuedAt?: number, writtenAt?: number, committedAt?: number }

/** What is known of a delivery so far, also when it fails. */
export interface DeliveryProgress {
  /** Of the event, once the signature was right and the body could be read. */
  type?: string | null
  /** Given where deliveries are traced. */
  stages?: DeliveryStages
}

/** A signed event whose user is to be written. */
export interface UserNews { kind: 'user', user: ClerkUser, event: EventMeta & { occurredAt: string } }

/** A signed delete: applies always, and is final. */
export interface DeleteNews { kind: 'delete', userId: string, event: EventMeta & { occurredAt: string } }

/** A signed event that writes no user: it is only logged. */
export type NoNews = { kind: 'none', details: ReasonDetails | null, event: EventMeta } & (
  | { outcome: 'ignored', reason: ReasonFor<'ignored'> }
  | { outcome: 'rejected', reason: ReasonFor<'rejected'> }
)

export const readKinds = ['list', 'id', 'asked'] as const
export type ReadKind = (typeof readKinds)[number]

/** A read of Clerk. */
export interface ReadNews {
  kind: 'read'
  user: ClerkUser
  source: Exclude<SyncSource, 'webhook'>
  /** What was read: a list · this one user, which lifts a tombstone that a scan inferred · the same because an admin asked, which wins over a row that is ahead. */
  by: ReadKind
  /** When the read began, by Postgres's clock, ISO 8601. */
  beganAt: string
}

/** A user whom Clerk says 404 for, after a scan that finished. */
export interface GoneNews {
  kind: 'gone'
  userId: string
  source: 'check' | 'scan'
  /** When the scan began, by Postgres's clock, ISO 8601. */
  beganAt: string
  /** Clerk's clock at the 404, ISO 8601. */
  goneAt: string
}

export type EventNews = UserNews | DeleteNews | NoNews
export type News = EventNews | ReadNews | GoneNews

/** What became of one piece of news, after commit. */
export interface Applied {
  outcome: Outcome
  reason: EventReason | null
  /** Whether a row of `users` was written: the very same news again writes nothing. */
  written: boolean
  /** Whether the user's posts are yet to be hidden, or to be shown again: for `createHider`. */
  unsettled: boolean
}

/** The user that this news would write, if any. */
export function userIdOf(news: News): string | null {
  switch (news.kind) {
    case 'user':
    case 'read': return news.user.id
    case 'delete':
    case 'gone': return news.userId
    case 'none': return null
  }
}

export const eventIdOf = (news: News): string | null => 'event' in news ? news.event.id : null

/** Notes when a batch came so far, for those of its deliveries that are traced. */
export function markStages(batch: News[], stage: keyof DeliveryStages): void {
  const now = performance.now()
  for (const news of batch) if ('event' in news && news.event.stages) news.event.stages[stage] = now
}
