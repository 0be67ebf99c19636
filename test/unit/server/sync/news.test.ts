import { expect, it } from 'vitest'
import * as v from 'valibot'
import { ClerkUser } from '#server/schemas/clerk.ts'
import type { News } from '#server/sync/news.ts'
import { eventIdOf, userIdOf } from '#server/sync/news.ts'

const event = { id: 'msg_1', type: 'user.updated', userId: 'user_1', occurredAt: '2026-01-01T00:00:00.000Z', receivedAt: 0 }
const user = v.parse(ClerkUser, { id: 'user_1', updated_at: 0 })

const kinds: [News, string | null, string | null][] = [
  [{ kind: 'user', user, event }, 'user_1', 'msg_1'],
  [{ kind: 'delete', userId: 'user_1', event }, 'user_1', 'msg_1'],
  [{ kind: 'none', outcome: 'ignored', reason: 'sample', details: null, event }, null, 'msg_1'],
  [{ kind: 'read', user, source: 'scan', by: 'list', beganAt: '' }, 'user_1', null],
  [{ kind: 'gone', userId: 'user_1', source: 'scan', beganAt: '', goneAt: '' }, 'user_1', null],
]
it.each(kinds)('$kind names the user it would write, and its event', (news, userId, eventId) => {
  expect([userIdOf(news), eventIdOf(news)]).toEqual([userId, eventId])
})
