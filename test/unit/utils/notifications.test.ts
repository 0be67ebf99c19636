import { expect, it } from 'vitest'
import type { NotificationItem } from '#shared/types/notification.ts'
import type { PublicUser } from '#shared/types/user.ts'
import { withoutPeople } from '#utils/notifications.ts'
import { unreadText } from '#utils/numbers.ts'

const person = (id: string): PublicUser => ({ id, name: id, username: null, imageUrl: null, status: 'here' })
const item = (by: string, liked: string[] | null, count = liked?.length ?? 0): NotificationItem => ({
  kind: liked ? 'like' : 'reply',
  at: '2026-01-01T00:00:00.000Z',
  isNew: true,
  post: { id: by, parentId: null, body: 'x', withheld: null, createdAt: '2026-01-01T00:00:00.000Z', editedAt: null, author: person(by), mentions: [], replyCount: 0, likeCount: 0, likedByMe: false },
  likers: liked && { people: liked.map(person), count, more: false },
})

it('what hidden people wrote goes, and of likes they do; a line without anyone goes too', () => {
  const all = [item('ada', null), item('ben', null), item('me', ['ada', 'ben'], 5), item('me', ['ben'])]
  expect(withoutPeople(all, ['ben'])).toEqual([item('ada', null), item('me', ['ada'], 4)])
  expect(withoutPeople(all, ['cleo'])).toEqual(all)
})

it('a badge has room for two digits', () => {
  expect([1, 99, 100].map(unreadText)).toEqual(['1', '99', '99+'])
})
