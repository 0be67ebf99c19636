import { mountSuspended, registerEndpoint } from '@nuxt/test-utils/runtime'
import { flushPromises } from '@vue/test-utils'
import { getQuery, setResponseStatus } from 'h3'
import type { H3Event } from 'h3'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import type { Post } from '#shared/types/post'

const author = { id: 'user_ada', name: 'Ada', username: 'ada', imageUrl: null, status: 'here' } as const
const post = (id: string): Post => ({ ...draftPost({ body: id, mentions: [] }, author, null), id, createdAt: '2026-11-01T12:00:00.000Z' })

let pages: Record<string, { posts: Post[], nextCursor: string | null }> = {}
let refuse = false

function refusal(event: H3Event, statusCode: number, message: string) {
  setResponseStatus(event, statusCode)
  return { statusCode, message }
}

registerEndpoint('/api/posts', {
  method: 'GET',
  handler: (event) => {
    if (refuse) return refusal(event, 500, 'Not now.')
    return pages[String(getQuery(event).cursor ?? '')]
  },
})
registerEndpoint('/api/posts', {
  method: 'POST',
  handler: (event) => {
    if (refuse) return refusal(event, 403, 'You cannot write here.')
    return post('new')
  },
})
registerEndpoint('/api/posts/2', {
  method: 'DELETE',
  handler: (event) => {
    if (refuse) return refusal(event, 403, 'You can only delete your own posts.')
    setResponseStatus(event, 204)
    return null
  },
})

let count = 0
/** A feed of its own for each test: the lists outlive their components. */
async function mountFeed() {
  const made: { feed?: ReturnType<typeof useFeed> } = {}
  await mountSuspended(defineComponent(() => {
    made.feed = useFeed(`user_${++count}`)
    return () => h('div')
  }))
  await settle()
  if (!made.feed) throw new Error('The feed was not set up.')
  return made.feed
}

/** The stand-in server answers after more than one turn. */
async function settle() {
  for (let i = 0; i < 5; i++) {
    await flushPromises()
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

const ids = (feed: ReturnType<typeof useFeed>) => feed.posts.value.map(({ id }) => id)

afterEach(() => {
  refuse = false
})

describe('useFeed', () => {
  it('grows page by page, each post once, until it is done', async () => {
    pages = { '': { posts: [post('4'), post('3')], nextCursor: 'b' }, 'b': { posts: [post('3'), post('2')], nextCursor: null } }
    const feed = await mountFeed()
    expect(feed.state.value).toBe('idle')
    await Promise.all([feed.more(), feed.more()])
    expect(ids(feed)).toEqual(['4', '3', '2'])
    expect(feed.state.value).toBe('done')
  })

  it('says what failed, keeps what is there, and goes on from there', async () => {
    pages = { '': { posts: [post('2')], nextCursor: 'b' }, 'b': { posts: [post('1')], nextCursor: null } }
    const feed = await mountFeed()
    refuse = true
    await feed.more()
    expect([feed.state.value, feed.failure.value]).toEqual(['error', 'Not now.'])
    expect(ids(feed)).toEqual(['2'])
    refuse = false
    await feed.more()
    expect(ids(feed)).toEqual(['2', '1'])
    expect(feed.failure.value).toBeNull()
  })

  it('shows a post at once and then as the server has it', async () => {
    pages = { '': { posts: [post('1')], nextCursor: null } }
    const feed = await mountFeed()
    const sent = feed.publish({ body: 'Here.', mentions: [], key: 'key' }, author)
    expect(feed.posts.value[0]).toMatchObject({ body: 'Here.', author })
    await sent
    expect(ids(feed)).toEqual(['new', '1'])
  })

  it('takes a refused post back', async () => {
    pages = { '': { posts: [post('1')], nextCursor: null } }
    const feed = await mountFeed()
    refuse = true
    await expect(feed.publish({ body: 'Here.', mentions: [], key: 'key' }, author)).rejects.toMatchObject({ data: { message: 'You cannot write here.' } })
    expect(ids(feed)).toEqual(['1'])
  })

  it('keeps new posts back until they are wanted', async () => {
    pages = { '': { posts: [post('1')], nextCursor: null } }
    const feed = await mountFeed()
    pages = { '': { posts: [post('2'), post('1')], nextCursor: null } }
    await feed.takeNew()
    expect(ids(feed)).toEqual(['2', '1'])
    expect(feed.waiting.value).toBe(0)
  })

  it('starts anew from the top when more is new than it can join', async () => {
    pages = { '': { posts: [{ ...post('1'), createdAt: '2020-01-01T00:00:00.000Z' }], nextCursor: null } }
    const feed = await mountFeed()
    pages = Object.fromEntries(['', ...'abcdefghijklmnop'].map((from, at, all) => [from, { posts: [post(`n${99 - at}`)], nextCursor: all[at + 1] ?? null }]))
    await feed.takeNew()
    expect(feed.posts.value).toHaveLength(10)
    expect(feed.state.value).toBe('idle')
    await feed.more()
    expect(ids(feed).at(-1)).toBe('n89')
  })

  it('takes a deleted post away at once, and puts it back in its place when it is refused', async () => {
    pages = { '': { posts: [post('3'), post('2'), post('1')], nextCursor: null } }
    const feed = await mountFeed()
    refuse = true
    const removed = feed.remove(post('2'))
    expect(ids(feed)).toEqual(['3', '1'])
    await removed
    expect(ids(feed)).toEqual(['3', '2', '1'])
    refuse = false
    await feed.remove(post('2'))
    expect(ids(feed)).toEqual(['3', '1'])
  })
})
