import type { TextPart } from './linkify.ts'

/** As `search_words` in the migrations parts and writes words; a test compares the two. Apostrophes are no part of a word, and do not end it. */
const gap = /[\s\u0085\u1680\ufeff\u0021-\u0026\u0028-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e\u2000-\u2018\u201a-\u206f\u3000-\u3004\u3008-\u3020\u3030]+/u
const words = new RegExp(`[^${gap.source.slice(1, -2)}]+`, 'gu')
const letters: Record<string, string> = { ø: 'o', ł: 'l', đ: 'd', ı: 'i', ħ: 'h', ς: 'σ', ß: 'ss', æ: 'ae', œ: 'oe' }
/** Characters of a word that are compared. */
const WORD_MAX = 200

/** The words of a text as they are compared: small letters, without accents. */
export function searchWords(text: string): string[] {
  const plain = text.normalize('NFKD').toLowerCase().replace(/[\u0300-\u036f'’]/g, '').replace(/[øłđıħςßæœ]/g, letter => letters[letter] ?? letter)
  return plain.split(gap).filter(word => word !== '').map(word => [...word].slice(0, WORD_MAX).join(''))
}

/** A text in parts, with the words that a search for `q` finds: each as it stands, the last one as the beginning of a word. */
export function markWords(text: string, q: string): TextPart[] {
  const asked = searchWords(q)
  const last = asked.at(-1)
  if (last === undefined) return [{ kind: 'text', text }]
  const parts: TextPart[] = []
  let end = 0
  for (const { 0: word, index } of text.matchAll(words)) {
    if (!searchWords(word).some(one => asked.includes(one) || one.startsWith(last))) continue
    if (index > end) parts.push({ kind: 'text', text: text.slice(end, index) })
    parts.push({ kind: 'mark', text: word })
    end = index + word.length
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) })
  return parts
}
