import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linkify } from '../../../../shared/utils/linkify.ts'

const noor = { id: 'user_noor', name: 'Noor', username: 'noor', imageUrl: null, status: 'here' } as const

describe('linkify', () => {
  it('leaves plain text alone', () => {
    expect(linkify('Here.\n\nStill here.')).toEqual([{ kind: 'text', text: 'Here.\n\nStill here.' }])
    expect(linkify('')).toEqual([])
  })

  it.each([
    ['see https://example.com.', 'https://example.com/'],
    ['(https://example.com/a)', 'https://example.com/a'],
    ['https://en.wikipedia.org/wiki/Roll_(call)', 'https://en.wikipedia.org/wiki/Roll_(call)'],
    ['HTTPS://EXAMPLE.COM/A?b=c#d!', 'https://example.com/A?b=c#d'],
  ])('finds the link in %s', (text, href) => {
    expect(linkify(text)).toContainEqual(expect.objectContaining({ kind: 'link', href }))
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://example.com', '//example.com', 'https://', '<script>alert(1)</script>'])('makes no link of %s', (text) => {
    expect(linkify(text)).toEqual([{ kind: 'text', text }])
  })

  it('shortens what it shows, not where it leads', () => {
    const [link] = linkify(`https://www.example.com/${'a'.repeat(100)}`)
    expect(link).toMatchObject({ kind: 'link', href: `https://www.example.com/${'a'.repeat(100)}` })
    expect(link?.text).toHaveLength(48)
  })

  it('links only people who were mentioned', () => {
    expect(linkify('Hi @Noor. and @ada, a@noor.com', [noor])).toEqual([
      { kind: 'text', text: 'Hi ' },
      { kind: 'mention', text: '@Noor', userId: 'user_noor' },
      { kind: 'text', text: '. and @ada, a@noor.com' },
    ])
  })

  it('loses nothing but the beginning of a link\'s address', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const parts = linkify(text, [noor])
      if (parts.every(({ kind }) => kind !== 'link')) expect(parts.map(part => part.text).join('')).toBe(text)
    }))
  })
})
