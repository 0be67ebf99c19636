import { graphemes } from '#shared/utils/graphemes.ts'

/**
 * The initials that are shown instead of a picture: the first letters of the first and of the last word of a name, by
 * graphemes (an accented letter is one). In scripts without capitals, where two letters would read as a word, it is the first
 * alone: 李 of 李伟. A name without letters gives its first grapheme.
 */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(word => /[\p{L}\p{N}]/u.test(word))
  const first = firstLetter(words[0] ?? name.trim())
  const last = words.length > 1 && /\p{Cased}/u.test(first) ? firstLetter(words.at(-1) ?? '') : ''
  return (first + last).toLocaleUpperCase('en')
}

function firstLetter(word: string): string {
  for (const { segment } of graphemes.segment(word)) {
    if (/[\p{L}\p{N}]/u.test(segment)) return segment
  }
  for (const { segment } of graphemes.segment(word)) return segment
  return ''
}

/** A hue from 0 to 359, always the same for an id (FNV-1a). */
export function hueOf(id: string): number {
  let hash = 0x811C9DC5
  for (let i = 0; i < id.length; i++) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  }
  return (hash >>> 0) % 360
}
