import { expect, it } from 'vitest'
import { draftPost, isDraft, mergeNewest, mergePosts } from '../../../../shared/utils/posts.ts'

const author = { id: 'user_a', name: 'Ada', username: 'ada', imageUrl: null, status: 'here' } as const
const post = (id: string, body = id) => ({ ...draftPost(body, author, null), id })

it('tells drafts from posts', () => {
  expect(isDraft(draftPost('Here.', author, null))).toBe(true)
  expect(isDraft(post('0193'))).toBe(false)
  expect(draftPost('a', author, null).id).not.toBe(draftPost('a', author, null).id)
})

it('adds a page without doubling what is known', () => {
  const merged = mergePosts([post('3'), post('2', 'old')], [post('2', 'new'), post('1')])
  expect(merged.map(({ id, body }) => [id, body])).toEqual([['3', '3'], ['2', 'new'], ['1', '1']])
})

it('lays the newest page over an older list', () => {
  const merged = mergeNewest([post('2', 'old'), post('1')], [post('3'), post('2', 'new')])
  expect(merged.map(({ id, body }) => [id, body])).toEqual([['3', '3'], ['2', 'new'], ['1', '1']])
})
