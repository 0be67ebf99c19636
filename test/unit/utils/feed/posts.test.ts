import { describe, expect, it } from 'vitest'
import { applyChanges, draftPost, erasePost, hideAuthors, insertPosts, isAbove, isDraft, mergePosts, reconcilePosts } from '#utils/feed/posts.ts'

const author = { id: 'user_a', name: 'Ada', username: 'ada', imageUrl: null, status: 'here' } as const
const post = (id: string, body = id) => ({ ...draftPost({ body, mentions: [] }, author, null), id })

it('tells drafts from posts', () => {
  expect(isDraft(draftPost({ body: 'Here.', mentions: [] }, author, null))).toBe(true)
  expect(isDraft(post('0193'))).toBe(false)
  const draft = () => draftPost({ body: 'a', mentions: [] }, author, null)
  expect(draft().id).not.toBe(draft().id)
})

it('adds a page without doubling what is known', () => {
  const merged = mergePosts([post('3'), post('2', 'old')], [post('2', 'new'), post('1')])
  expect(merged.map(({ id, body }) => [id, body])).toEqual([['3', '3'], ['2', 'new'], ['1', '1']])
})

const at = (id: string, body = id) => ({ ...post(id, body), createdAt: `2026-11-21T00:00:0${id}.000Z` })
const ids = (posts: { id: string }[]) => posts.map(({ id }) => id)

describe('a feed brought up to date', () => {
  it('changes what it knows, drops what is gone, sets what is new apart', () => {
    const result = reconcilePosts([at('4', 'old'), at('3'), at('2')], new Set(['4', '3', '2']), [at('5'), at('4', 'new'), at('2')], false)
    expect(result.posts.map(({ body }) => body)).toEqual(['new', '2'])
    expect(ids(result.unknown)).toEqual(['5'])
  })

  it('keeps what is older than the answer, what came since the question, and drafts', () => {
    const draft = draftPost({ body: 'Here.', mentions: [] }, author, null)
    const result = reconcilePosts([draft, at('5'), at('4'), at('1')], new Set([draft.id, '4', '1']), [at('4'), at('3')], false)
    expect(ids(result.posts)).toEqual([draft.id, '5', '4', '1'])
    expect(ids(reconcilePosts([at('4'), at('1')], new Set(['4', '1']), [at('4')], true).posts)).toEqual(['4'])
  })

  it('has new posts where they belong', () => {
    expect(ids(insertPosts([at('4'), at('2')], [at('3'), at('5'), at('4')]))).toEqual(['5', '4', '3', '2'])
    expect([isAbove('3', [at('4'), at('2')]), isAbove('1', [at('4'), at('2')]), isAbove('1', [])]).toEqual([true, false, true])
  })
})

describe('what is told of posts', () => {
  const told = (id: string, shown: boolean) => ({ id, parentId: null, authorId: 'user_a', shown, replyCount: 2, likeCount: 3 })

  it('changes counts in place', () => {
    expect(applyChanges([post('2'), post('1')], [told('1', true)], 'leaves')[1]).toMatchObject({ replyCount: 2, likeCount: 3, body: '1' })
    const same = [post('2')]
    expect(applyChanges(same, [told('1', true)], 'leaves')).toBe(same)
  })

  it('puts the new words of an edited post in the place of the old ones', () => {
    const edit = { body: 'new', mentions: [author], editedAt: '2026-11-01T12:00:00.000Z' }
    expect(applyChanges([post('1')], [{ ...told('1', true), edit }], 'leaves')).toMatchObject([{ id: '1', replyCount: 2, ...edit }])
  })

  it('takes a deleted post away, but in a thread one with replies keeps its place', () => {
    expect(applyChanges([post('1')], [told('1', false)], 'leaves')).toEqual([])
    expect(applyChanges([post('1')], [told('1', false)], 'keeps-place')).toMatchObject([{ id: '1', body: null }])
    expect(erasePost([post('1')], '1', 'keeps-place')).toEqual([])
  })

  it('takes the posts of hidden people away', () => {
    expect(hideAuthors([post('1')], ['user_a'], 'leaves')).toEqual([])
    expect(hideAuthors([post('1')], ['user_b'], 'leaves')).toHaveLength(1)
  })
})
