import { describe, expect, it } from 'vitest'
import { hueOf, initialsOf } from '#utils/face.ts'

describe('initialsOf', () => {
  it.each([
    ['Ada Lindqvist', 'AL'],
    ['Zoë Renée Vandersteen', 'ZV'],
    ['Maximiliana-Theodora Wolkenstein von Hohenberg', 'MH'],
    ['mira', 'M'],
    ['  Zoë   brouwer ', 'ZB'],
    ['E\u0301milie Durand', 'E\u0301D'],
    ['山本春香', '山'],
    ['李 伟', '李'],
    ['김민준', '김'],
    ['عمر الفارسي', 'ع'],
    ['प्रिया शर्मा', 'प्रि'],
    ['Νίκος Παπαδόπουλος', 'ΝΠ'],
    ['🎂 Cake Fan 🎈', 'CF'],
    ['👩‍👩‍👧‍👦 Vandersteen', 'V'],
    ['🦊🦊 🦊', '🦊'],
    ['Z\u0351\u036B\u0343alg o\u0351', 'Z\u0351\u036B\u0343O\u0351'],
    ['Maya 12', 'M1'],
    ['7 Eleven', '7'],
    ['(Ben) Carter', 'BC'],
    ['🏳️‍🌈', '🏳️‍🌈'],
    ['', ''],
  ])('%s gives %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials)
  })
})

describe('hueOf', () => {
  it('stays the same for an id and within the circle', () => {
    for (const id of ['user_a', 'user_b', '', 'user_2abcdefghijklmnopqrstuvwxyz']) {
      expect(hueOf(id)).toBe(hueOf(id))
      expect(hueOf(id)).toBeGreaterThanOrEqual(0)
      expect(hueOf(id)).toBeLessThan(360)
    }
  })

  it('spreads ids over the circle', () => {
    const thirds = Array.from({ length: 300 }, (_, i) => Math.floor(hueOf(`user_${i}`) / 120))
    for (const third of [0, 1, 2]) expect(thirds.filter(t => t === third).length).toBeGreaterThan(60)
  })
})
