import { describe, expect, it } from 'vitest'
import type { Post } from '#shared/types/post.ts'
import type { Profile } from '#shared/types/user.ts'
import { excerpt } from '#utils/excerpt.ts'
import { postMeta, profileMeta } from '#utils/page-meta.ts'

describe('excerpt', () => {
  it.each([
    ['Short.', 10, 'Short.'],
    ['On two\n\nlines', 20, 'On two lines'],
    ['Ten past nine, then home', 15, 'Ten past nine…'],
    ['Donaudampfschifffahrtsgesellschaft', 10, 'Donaudamp…'],
    ['図書館の窓際の席、冬の午後だけ日が差す。', 10, '図書館の窓際の席…'],
    ['👩‍👩‍👧‍👧👩‍👩‍👧‍👧👩‍👩‍👧‍👧', 20, '👩‍👩‍👧‍👧…'],
  ])('of "%s" within %i is "%s"', (text, most, short) => {
    expect(excerpt(text, most)).toBe(short)
    expect(short.length).toBeLessThanOrEqual(most)
  })
})

const noor: Profile = { id: 'user_noor', name: 'Noor Haddad', username: 'noor', imageUrl: 'https://img.example/noor', status: 'here', bio: null, country: null, joinedAt: null, banned: false, restriction: null, blocksViewer: false }
const post: Post = { id: 'p', parentId: null, body: 'I am here.', withheld: null, createdAt: '2026-11-21T12:00:00.000Z', editedAt: null, author: noor, mentions: [], replyCount: 0, likeCount: 0, likedByMe: false }

it('gives a post its author\'s name and face', () => {
  expect(postMeta(post)).toEqual({ title: 'Noor Haddad: I am here.', description: 'I am here.', image: 'https://img.example/noor', type: 'article' })
})

it('calls those whom a post mentions by their names', () => {
  expect(postMeta({ ...post, body: 'Thank you, <@user_tala> and <@user_nobody>.', mentions: [{ ...noor, id: 'user_tala', name: 'Tala Reyes' }] }).title)
    .toBe('Noor Haddad: Thank you, @Tala Reyes and deleted user.')
})

it('passes on no picture that is not served safely', () => {
  expect(profileMeta({ ...noor, imageUrl: 'http://img.example/noor' })).toMatchObject({ image: null })
})

it.each([['pending', 'Noor Haddad'], ['gone', 'Deleted user']] as const)('says nothing of someone %s', (status, title) => {
  expect(profileMeta({ ...noor, status, bio: 'A bio.' })).toEqual({ title, hidden: true })
})

it('says nothing of a deleted post', () => {
  expect(postMeta({ ...post, body: null })).toEqual({ title: 'Deleted post', hidden: true })
})
