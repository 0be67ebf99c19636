import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { countCharacters, POST_MAX_BYTES, POST_MAX_CHARACTERS, PostBody } from '#shared/schemas/text.ts'
import { anyCharacter } from '../../../any-character.ts'

describe('characters are counted as people do', () => {
  it.each([
    ['', 0], ['abc', 3], ['é', 1], ['e\u0301', 1], ['👍🏽', 1], ['👨‍👩‍👧‍👦', 1], ['🇫🇷🇩🇪', 2], ['한국', 2], ['नमस्ते', 3], ['a\nb', 3], ['Z͑ͫ̓ͪ̂ͫ̽', 1],
  ])('%j has %i', (text, count) => {
    expect(countCharacters(text)).toBe(count)
  })
})

describe('a post', () => {
  const body = (text: unknown) => v.safeParse(PostBody, text)

  it.each(['', '   ', '\n\t', 5, null, undefined, 'a\0b'])('cannot be %j', (text) => {
    expect(body(text).success).toBe(false)
  })

  it.each([['a'], ['👍🏽'], ['👩‍🚀']])('of 500 times %s is taken, of 501 is not', (character) => {
    const fits = new TextEncoder().encode(character).length * POST_MAX_CHARACTERS <= POST_MAX_BYTES
    expect(body(character.repeat(POST_MAX_CHARACTERS)).success).toBe(fits)
    expect(body(character.repeat(POST_MAX_CHARACTERS + 1)).success).toBe(false)
  })

  it('of few but heavy characters is refused for its bytes', () => {
    expect(body(`e${'\u0301'.repeat(POST_MAX_BYTES)}`).issues?.[0]?.message).toMatch(/too large/)
  })

  it('that is taken can be stored as it is: well-formed, trimmed, no NUL, within both bounds; taking it again changes nothing', () => {
    fc.assert(fc.property(fc.string({ unit: anyCharacter, maxLength: 600 }), (text) => {
      const taken = body(text)
      if (!taken.success) return
      expect(taken.output).toBe(taken.output.trim())
      expect(taken.output.isWellFormed()).toBe(true)
      expect(taken.output).not.toMatch(/\0|\r/)
      expect(countCharacters(taken.output)).toBeLessThanOrEqual(POST_MAX_CHARACTERS)
      expect(new TextEncoder().encode(taken.output).length).toBeLessThanOrEqual(POST_MAX_BYTES)
      expect(body(taken.output).output).toBe(taken.output)
    }))
  })

  it('keeps its line ends as \\n, and half a surrogate pair becomes a replacement character', () => {
    expect(body(' a\r\nb\rc ').output).toBe('a\nb\nc')
    expect(body('a\uD83D').output).toBe('a\uFFFD')
  })
})
