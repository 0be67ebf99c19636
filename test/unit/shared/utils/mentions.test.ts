import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mentionedIds, mentionedUsernames, plainText, settleMentions } from '#shared/utils/mentions.ts'

const ada = { id: 'user_ada', username: 'Ada' }
const sam = { id: 'user_sam', username: 'sam.o' }

describe('mentions', () => {
  it('of people by their user names become mentions by id', () => {
    expect(mentionedUsernames('Hi @ada, @SAM.O. and (@noor)! a@b.c https://x.y/@z <@user_ada>')).toEqual(['ada', 'sam.o', 'noor'])
    expect(settleMentions('Hi @ADA, @sam.o. and @noor: a@ada.com', [ada, sam])).toBe('Hi <@user_ada>, <@user_sam>. and @noor: a@ada.com')
  })

  it.each(['zoe@ada', 'zoe.lind@ada', 'zoë@ada', 'zoë@ada'.normalize('NFD'), 'zoe_@ada', '@noor@ada', '@ada@example.com', '李@ada'])('are not made of an address such as %s', (text) => {
    expect(settleMentions(`Write to ${text}.`, [ada])).toBe(`Write to ${text}.`)
    expect(mentionedUsernames(text).filter(name => name === 'ada')).toEqual([])
  })

  it('by an id that nobody has become plain text', () => {
    expect(settleMentions('Hi <@user_nobody> <@user_ada>', [ada])).toBe('Hi @user_nobody <@user_ada>')
  })

  it('by id of someone whom the author may not mention become their user name, or no name', () => {
    const blocked = [{ ...ada, blocked: true }, { id: 'user_noor', username: null, blocked: true }, sam]
    expect(settleMentions('Hi <@user_ada>, @ada, <@user_noor> and @sam.o', blocked)).toBe('Hi @Ada, @ada, someone and <@user_sam>')
  })

  it('by a user name that two people have for a moment stay plain text', () => {
    expect(settleMentions('Hi @ada', [ada, { id: 'user_other', username: 'ada' }])).toBe('Hi @ada')
  })

  it('are not made of a name that is not given', () => {
    expect(settleMentions('Hi @ada', [{ id: 'user_ada' }])).toBe('Hi @ada')
  })

  it('are settled once and for all', () => {
    const texts = fc.array(fc.oneof(fc.constantFrom('@ada', '<@user_ada>', '<@user_nobody>', '<@', '>', '@', ' '), fc.string({ maxLength: 3 }))).map(parts => parts.join(''))
    fc.assert(fc.property(texts, (text) => {
      const settled = settleMentions(text, [ada, sam])
      expect(settleMentions(settled, [ada, sam])).toBe(settled)
      expect(mentionedIds(settled).filter(id => id !== 'user_ada')).toEqual([])
    }))
  })

  it('read as the name of today', () => {
    const person = { id: 'user_ada', name: 'Ada Stone', username: null, imageUrl: null, status: 'here' } as const
    expect(plainText('Hi <@user_ada> and <@user_sam>', [person])).toBe('Hi @Ada Stone and deleted user')
    expect(plainText('Hi <@user_ada>', [{ ...person, status: 'gone' }])).toBe('Hi deleted user')
  })
})
