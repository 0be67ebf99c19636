import type { ClerkUser } from '#shared/schemas/clerk.ts'
import type { Outcome } from '#shared/types/admin.ts'

/** What the signed event says, apart from what it says of a user. */
export interface EventMeta {
  /** `svix-id`: the same on every retry and on a person's Replay. */
  id: string
  type: string | null
  userId: string | null
  /** The envelope's `timestamp`, ms since 1970. */
  occurredAt: number | null
  /** When the delivery reached us, by `performance.now()`. */
  receivedAt: number
}

/** A signed event whose user is to be written. */
export interface UserNews { kind: 'user', user: ClerkUser, event: EventMeta & { occurredAt: number } }

/** A signed delete: applies always, and is terminal. */
export interface DeleteNews { kind: 'delete', userId: string, event: EventMeta & { occurredAt: number } }

/** A signed event that writes no user: it is only logged. */
export interface NoNews { kind: 'none', outcome: 'ignored' | 'rejected', reason: string, event: EventMeta }

/**
 * A read of Clerk.
 * @property beganAt when it began, by Postgres's clock, ISO 8601
 * @property byId asked for by this id: the only read that lifts a tombstone that a scan inferred
 */
export interface ReadNews { kind: 'read', user: ClerkUser, source: 'scan' | 'request', byId: boolean, beganAt: string }

/** A user whom Clerk says 404 for, after a scan that finished; `beganAt` is when that scan began. */
export interface GoneNews { kind: 'gone', userId: string, beganAt: string }

export type EventNews = UserNews | DeleteNews | NoNews
export type News = EventNews | ReadNews | GoneNews

/** What became of one piece of news, after commit. */
export interface Applied {
  outcome: Outcome
  /** Whether a row of `users` was written: the very same news again writes nothing. */
  written: boolean
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
