import type { NotificationItem } from '#shared/types/notification.ts'

/** Takes away what these people did: who is hidden from everyone, or from the viewer. */
export function withoutPeople(items: readonly NotificationItem[], ids: readonly string[]): NotificationItem[] {
  return items.flatMap((item) => {
    if (!item.likers) return ids.includes(item.post.author.id) ? [] : [item]
    const people = item.likers.people.filter(({ id }) => !ids.includes(id))
    const count = item.likers.count - (item.likers.people.length - people.length)
    return count > 0 ? [{ ...item, likers: { ...item.likers, people, count } }] : []
  })
}
