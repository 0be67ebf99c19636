import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { Cursor, encodeCursor, Limit, TimeCursor } from '#shared/schemas/paging.ts'
import { anyCharacter } from '../../../any-character.ts'

const part = fc.string({ unit: 'grapheme', maxLength: 200 }).filter(text => !text.includes('\0'))

describe('a cursor', () => {
  it('goes there and back, whatever it holds, and is safe in a URL', () => {
    fc.assert(fc.property(part, part, (key, id) => {
      const cursor = encodeCursor({ key, id })
      expect(cursor).toMatch(/^[\w-]*$/)
      if (cursor.length <= 2_000) expect(v.parse(Cursor, cursor)).toEqual({ key, id })
    }))
  })

  it('of anything else is refused, and does not throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: anyCharacter }), fc.base64String(), fc.json().map(btoaUtf8)), (text) => {
      const parsed = v.safeParse(Cursor, text)
      if (parsed.success) expect(v.parse(Cursor, encodeCursor(parsed.output))).toEqual(parsed.output)
    }))
  })

  it.each(['', 'x', btoa('{}'), btoa('["a"]'), btoa('["a","b","c"]'), btoa('["a",5]'), btoa('["a\\u0000","b"]'), 'a'.repeat(2_001), 5, null])('%j is none of ours', (text) => {
    expect(v.safeParse(Cursor, text).success).toBe(false)
  })

  it.each([
    ['2026-02-03T04:05:06.007Z', true], ['2026-02-03T04:05:06Z', false], ['2026-13-03T04:05:06.007Z', false], ['now', false], ['infinity', false],
    ['0000-01-01T00:00:00.000Z', false], ['0001-01-01T00:00:00.000Z', true], ['9999-12-31T23:59:59.999Z', true], ['+010000-01-01T00:00:00.000Z', false], ['-000001-01-01T00:00:00.000Z', false],
    ['2026-02-31T00:00:00.000Z', false], ['2026-02-03T24:00:00.000Z', false], ['2026-02-03T23:59:60.000Z', false],
  ])('of a list by time, with the key %s: %s', (key, isTaken) => {
    expect(v.safeParse(TimeCursor, encodeCursor({ key, id: 'a' })).success).toBe(isTaken)
  })
})

describe('limit', () => {
  it.each([[undefined, 20], ['1', 1], ['100', 100], [50, 50]])('%j is %i', (given, limit) => {
    expect(v.parse(Limit, given)).toBe(limit)
  })

  it.each(['0', '101', '-1', '1.5', '', 'ten', ' 5', '1e2', 0, 1.5, Number.NaN, null, ['5']])('%j is refused', (given) => {
    expect(v.safeParse(Limit, given).success).toBe(false)
  })
})

function btoaUtf8(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
