import { graphemes } from '#shared/utils/graphemes.ts'

/**
 * The beginning of a text on one line, for a title or a description: cut between words, with an ellipsis.
 * A first word that is too long is cut between graphemes.
 * @param most the longest result, in UTF-16 units, with the ellipsis
 */
export function excerpt(text: string, most: number): string {
  const line = text.replace(/\s+/gu, ' ').trim()
  if (line.length <= most) return line
  const ends = [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(line)].map(({ index }) => index)
  const start = line.slice(0, endBefore(ends, most) || endBefore([...graphemes.segment(line)].map(({ index }) => index), most))
  return `${start.replace(/[\s\p{P}]+$/u, '')}…`
}

const endBefore = (ends: number[], most: number) => ends.findLast(end => end < most) ?? 0
