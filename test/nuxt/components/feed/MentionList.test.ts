import { mountSuspended } from '@nuxt/test-utils/runtime'
import { expect, it } from 'vitest'
import FeedMentionList from '~~/components/feed/MentionList.vue'

const zoe = { name: 'Zoë', imageUrl: null, status: 'here' } as const
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()

it('tells people of one name apart: by their handle, else by when they joined', async () => {
  const list = await mountSuspended(FeedMentionList, { props: { id: 'list', active: 0, people: [
    { ...zoe, id: 'user_1', username: 'zoe', joinedAt: daysAgo(2) },
    { ...zoe, id: 'user_2', username: null, joinedAt: daysAgo(3) },
    { ...zoe, id: 'user_3', username: null, joinedAt: daysAgo(21) },
  ] } })
  expect(list.findAll('[role=option]').map(option => option.text().replace(/^ZZoë/, ''))).toEqual(['@zoe', 'joined 3 days ago', 'joined 3 weeks ago'])
})
