import type { Database } from '#db/client.ts'
import { databaseNow } from '#db/queries/state.ts'
import type { ClerkUser } from '#server/schemas/clerk.ts'
import type { ClerkReader } from '../clerk.ts'

const PAGE_SIZE = 500

/** Clerk listed a full page that does not say when its users were created, so there is no way to ask for the next. */
export class UndatedPageError extends Error {
  override name = 'UndatedPageError'
}

/** ms since 1970; null where Clerk does not say. */
const createdMs = (user: ClerkUser | undefined) => user?.clerkCreatedAt ? Date.parse(user.clerkCreatedAt) : null

export interface WalkedPage {
  /** Those that no earlier page had. */
  users: ClerkUser[]
  /** How many Clerk sent that no earlier page had, the unusable ones too. */
  fresh: number
  unusable: string[]
  /** Clerk's clock when it answered, ISO 8601. */
  date: string
  /** When the read began, by Postgres's clock. */
  beganAt: string
  /** Users created within [from, to) have all been listed; ms since 1970, null for the beginning and the end. */
  window: { from: number | null, to: number | null }
  /** Whom Clerk listed of that window. */
  listed: string[]
}

/**
 * All of Clerk's users, by when they were created, ascending. By offset alone, someone who is deleted meanwhile would
 * make the scan skip another; so each page asks for what was created from the last one's millisecond on. Where one
 * millisecond fills a page, it goes on by offset within it.
 */
export async function* walkUsers(db: Database, clerk: ClerkReader, pageSize = PAGE_SIZE): AsyncGenerator<WalkedPage> {
  let createdAfter: number | undefined
  let offset = 0
  let from: number | null = null
  // Users created in the last millisecond of a page: the next page lists them again.
  let atBoundary = new Set<string>()

  for (;;) {
    const beganAt = await databaseNow(db)
    const page = await clerk.list({ orderBy: '+created_at', createdAfter, offset, limit: pageSize })
    const unusable = page.unusable.map(({ id }) => id)
    const ended = page.size < pageSize
    const last = createdMs(page.users.at(-1))
    if (!ended && last === null) throw new UndatedPageError()
    const to = ended ? null : last

    yield {
      users: page.users.filter(user => !atBoundary.has(user.id)),
      fresh: page.size - [...page.users.map(user => user.id), ...unusable].filter(id => atBoundary.has(id)).length,
      unusable: unusable.filter(id => !atBoundary.has(id)),
      beganAt,
      window: { from, to },
      listed: [...atBoundary, ...page.users.map(user => user.id), ...unusable],
      date: page.date,
    }
    if (to === null) return

    const boundary = page.users.filter(user => createdMs(user) === to).map(user => user.id)
    const stands = createdAfter !== undefined && to - 1 <= createdAfter
    atBoundary = new Set(stands ? [...atBoundary, ...boundary] : boundary)
    offset = stands ? offset + pageSize : 0
    createdAfter = to - 1
    from = to
  }
}
