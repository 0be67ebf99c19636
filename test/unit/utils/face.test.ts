import { describe, expect, it } from 'vitest'
import { hueOf, initialsOf } from '#utils/face.ts'

describe('initialsOf', () => {
  it.each([
    ['Ada Lindqvist', 'AL'],
    ['Maximiliana-Theodora Wolkenstein von Hohenberg', 'MW'],
    ['mira', 'M'],
    ['  Zoë   brouwer ', 'ZB'],
    ['E\u0301milie Durand', 'E\u0301D'],
    ['春香 山本', '春山'],
    ['عمر الفارسي', 'عا'],
    ['प्रिया शर्मा', 'प्रिश'],
    ['🎂 Cake Fan', 'CF'],
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
