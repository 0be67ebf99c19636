import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '#db/client.ts'
import type { ExpiredUser } from '#db/queries/erase.ts'
import {
  ERASE_BATCH,
  eraseDeletedPosts,
  eraseEvents,
  eraseHours,
  eraseLikesOf,
  eraseMentionsOf,
  eraseNotesOf,
  eraseNotificationsOf,
  eraseOldNotifications,
  erasePostsOf,
  eraseProfilesOf,
  eraseRefusals,
  eraseRestrictionsOf,
  findExpiredUsers,
  findLogEnd,
  findTextsNaming,
  markErased,
  rewriteText,
} from '#db/queries/erase.ts'
import { POST_MAX_BYTES } from '#shared/schemas/text.ts'
import { mentionOf, replaceUsernames } from '#shared/utils/mentions.ts'

type Step = 'posts' | 'likes' | 'mentions' | 'notifications' | 'profiles' | 'restrictions' | 'notes' | 'names' | 'events' | 'refusals' | 'hours'

/** What was erased, in rows; of `names`, texts. */
export type Erased = Record<Step, number>

/**
 * Erases what is kept for `retentionDays` only: the words of posts that were deleted or whose author was, with whom they
 * mentioned, the likes, mentions and notifications of the deleted, mutes and blocks of theirs and about them, the notes of
 * reports likewise, their user names in the texts of others, profiles below a tombstone that a scan inferred, old rows of the
 * event log and its counts, and all notifications after 90 days. Tombstones stay, else a late delivery would bring the
 * deleted back. Each step is by itself: one that fails is left for the next time, and a locked row likewise.
 * @returns what was erased, and the steps that failed, each with its first error
 */
export async function eraseExpired(db: Database, retentionDays: number): Promise<{ erased: Erased, failed: { step: Step, error: unknown }[] }> {
  const erased: Erased = { posts: 0, likes: 0, mentions: 0, notifications: 0, profiles: 0, restrictions: 0, notes: 0, names: 0, events: 0, refusals: 0, hours: 0 }
  const failed = new Map<Step, unknown>()

  /** Runs a step batch by batch, unless it failed before: what fails may take its whole time each time. */
  async function run(step: Step, batch: () => Promise<number>): Promise<void> {
    if (failed.has(step)) return
    try {
      for (let count = ERASE_BATCH; count >= ERASE_BATCH; erased[step] += count) count = await batch()
    }
    catch (error) {
      failed.set(step, error)
    }
  }
  const words = async (batch: ReturnType<typeof erasePostsOf>) => {
    const done = await batch
    erased.mentions += done.mentions
    erased.notifications += done.notifications
    return done.posts
  }

  await run('posts', () => words(eraseDeletedPosts(db, retentionDays)))
  await run('notifications', () => eraseOldNotifications(db))
  await run('events', eventEraser(db, retentionDays))
  await run('refusals', () => eraseRefusals(db, retentionDays))
  await run('hours', () => eraseHours(db, retentionDays))
  for (let page = await findExpiredUsers(db, retentionDays); page.length > 0; page = await findExpiredUsers(db, retentionDays, page.at(-1))) {
    const ids = page.map(({ id }) => id)
    await run('posts', () => words(erasePostsOf(db, ids)))
    await run('likes', () => eraseLikesOf(db, ids))
    await run('mentions', () => eraseMentionsOf(db, ids))
    await run('notifications', () => eraseNotificationsOf(db, ids))
    await run('profiles', () => eraseProfilesOf(db, ids))
    await run('restrictions', () => eraseRestrictionsOf(db, ids))
    await run('notes', () => eraseNotesOf(db, ids))
    for (const user of page) await run('names', nameEraser(db, user))
    if (!failed.has('names')) await markErased(db, ids)
  }
  return { erased, failed: [...failed].map(([step, error]) => ({ step, error })) }
}

/** Erases old events batch by batch, and rests as long as the last batch took: there may be millions, and deliveries come first. */
function eventEraser(db: Database, retentionDays: number): () => Promise<number> {
  let end: string | undefined
  let after: string | undefined
  let restMs = 0
  return async () => {
    await sleep(restMs)
    const began = performance.now()
    end ??= await findLogEnd(db, retentionDays)
    const { count, last } = await eraseEvents(db, end, after)
    after = last
    restMs = performance.now() - began
    return count
  }
}

/** Makes mentions of what others wrote as plain `@username`, so that it reads "deleted user", batch by batch. */
function nameEraser(db: Database, { id, usernameHash }: ExpiredUser): () => Promise<number> {
  let after: string | undefined
  const isTheirs = (name: string) => createHash('sha256').update(name.toLowerCase()).digest('hex') === usernameHash
  return async () => {
    const texts = usernameHash === null ? [] : await findTextsNaming(db, usernameHash, after)
    for (const { id: postId, body } of texts) {
      const mentioned = replaceUsernames(body, (text, name) => isTheirs(name) ? mentionOf(id) : text)
      // A text that is as long as a text may be has no room for an id.
      const fits = new TextEncoder().encode(mentioned).length <= POST_MAX_BYTES
      const rewritten = fits ? mentioned : replaceUsernames(body, (text, name) => isTheirs(name) ? '@' : text)
      if (rewritten !== body) await rewriteText(db, postId, body, rewritten)
    }
    after = texts.at(-1)?.id
    return texts.length
  }
}
