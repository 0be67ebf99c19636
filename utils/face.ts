const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * The initials that are shown instead of a picture: the first letters of the first two words of a name, by graphemes
 * (an accented letter is one). A name without letters gives its first grapheme.
 */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(word => /[\p{L}\p{N}]/u.test(word))
  const chosen = words.length > 0 ? words.slice(0, 2).map(firstLetter) : [firstGrapheme(name.trim())]
  return chosen.join('').toLocaleUpperCase('en')
}

function firstLetter(word: string): string {
  for (const { segment } of segmenter.segment(word)) {
    if (/[\p{L}\p{N}]/u.test(segment)) return segment
  }
  return firstGrapheme(word)
}

function firstGrapheme(text: string): string {
  for (const { segment } of segmenter.segment(text)) return segment
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
