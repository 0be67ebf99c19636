import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linkify } from '#utils/feed/linkify.ts'
import { anyCharacter } from '../../../any-character.ts'

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
    ['www.example.com', 'https://www.example.com/'],
    ['see www.example.com/a?b=c.', 'https://www.example.com/a?b=c'],
    ['(Www.Example.com)', 'https://www.example.com/'],
    ['“www.example.com”', 'https://www.example.com/'],
    ['www.bücher.de，', 'https://www.xn--bcher-kva.de/'],
    ['参照：https://example.com/日本語。', 'https://example.com/%E6%97%A5%E6%9C%AC%E8%AA%9E'],
  ])('finds the link in %s', (text, href) => {
    expect(linkify(text)).toContainEqual(expect.objectContaining({ kind: 'link', href }))
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://example.com', '//example.com', 'https://', 'www.', 'www', 'www..com', 'www.example', 'awww.example.com', 'zoe@www.example.com', 'a.www.example.com', 'zoe@example.com', '/www.example.com', '<script>alert(1)</script>'])('makes no link of %s', (text) => {
    expect(linkify(text)).toEqual([{ kind: 'text', text }])
  })

  it('shortens what it shows, not where it leads', () => {
    expect(linkify(`https://www.example.com/${'a'.repeat(100)}`)).toEqual([
      { kind: 'link', href: `https://www.example.com/${'a'.repeat(100)}`, text: `example.com/${'a'.repeat(35)}…`, title: expect.any(String) },
    ])
    expect(linkify('https://example.com/?q=x')).toMatchObject([{ text: 'example.com/?q=x' }])
    // Between graphemes.
    expect(linkify(`https://example.com/${'a'.repeat(34)}👩‍👩‍👧‍👦${'a'.repeat(9)}`)).toMatchObject([{ text: `example.com/${'a'.repeat(34)}…` }])
  })

  it('says the whole address of a link that it shortens, and of no other', () => {
    const long = `https://example.com/${'a'.repeat(100)}`
    expect(linkify(long)).toMatchObject([{ title: long }])
    expect(linkify('https://example.com/short')[0]).not.toHaveProperty('title')
  })

  it('takes mentions out of the text around them, also out of a link before them', () => {
    expect(linkify('Hi <@user_noor>, see https://example.com<@user_ada>.')).toEqual([
      { kind: 'text', text: 'Hi ' },
      { kind: 'mention', userId: 'user_noor' },
      { kind: 'text', text: ', see ' },
      { kind: 'link', text: 'example.com', href: 'https://example.com/' },
      { kind: 'mention', userId: 'user_ada' },
      { kind: 'text', text: '.' },
    ])
    expect(linkify('@noor <@> a@noor.com')).toEqual([{ kind: 'text', text: '@noor <@> a@noor.com' }])
  })

  it('loses nothing but the beginning of a link\'s address', () => {
    fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => {
      const parts = linkify(text)
      if (parts.every(({ kind }) => kind !== 'link')) expect(parts.map(part => part.kind === 'mention' ? `<@${part.userId}>` : part.text).join('')).toBe(text)
    }))
  })
})
