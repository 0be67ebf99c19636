import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bodyOf } from '#utils/feed/draft.ts'
import { draftOf } from '#utils/feed/draft-of.ts'

const ada = { id: 'user_ada', name: 'Ada Stone', username: 'ada', imageUrl: null, status: 'here' } as const
const gone = { ...ada, id: 'user_gone', name: 'deleted user', status: 'gone' } as const

it('a post that is edited reads with the names of today', () => {
  expect(draftOf('Hi <@user_ada>, and <@user_gone>!', [ada, gone])).toEqual({
    text: 'Hi @Ada Stone, and deleted user!',
    mentions: [{ start: 3, end: 13, person: ada }],
  })
})

it('and is the same post when nothing was changed', () => {
  const part = fc.oneof(fc.constantFrom('<@user_ada>', ' ', '\n', '@', '<@', '>'), fc.string())
  fc.assert(fc.property(fc.array(part), (parts) => {
    const body = parts.join('')
    expect(bodyOf(draftOf(body, [ada]))).toBe(body.replaceAll(/<@(?!user_ada>)[\w-]{1,64}>/g, 'deleted user'))
  }))
})
