import { graphemes } from '#shared/utils/graphemes.ts'
import { mentionPattern } from '#shared/utils/mentions.ts'

export type TextPart
  = | { kind: 'text' | 'mark', text: string }
    | { kind: 'link', text: string, href: string, title?: string }
    | { kind: 'mention', userId: string }

/** `www.` begins an address where no word, address or mail address goes on. What ends a sentence in Chinese or Japanese ends an address. */
const pattern = new RegExp(`(?:https?://|(?<![\\p{L}\\p{M}\\p{N}_@./-])www\\.)[^\\s<>"“”、。，！？；「」『』]+|${mentionPattern.source}`, 'giu')
const LINK_TEXT_MAX = 48

/**
 * A text split into plain parts, links and mentions, to be rendered as elements, never as HTML.
 * Only `http` and `https` become links, and `www.example.com`, which is taken for `https`. The text of a link has 48 characters
 * at most, without the protocol; the whole address of one that is cut is its `title`.
 */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    const part = match[1] ? { part: { kind: 'mention' as const, userId: match[1] }, length: match[0].length } : linkFrom(match[0])
    if (!part) continue
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) })
    parts.push(part.part)
    end = match.index + part.length
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) })
  return parts
}

function linkFrom(raw: string): { part: TextPart, length: number } | null {
  const text = withoutTrailingPunctuation(raw)
  const isBare = !text.includes('://')
  const address = isBare ? `https://${text}` : text
  if (!URL.canParse(address)) return null
  const { href, hostname } = new URL(address)
  if (isBare && !/^www(?:\.[\w-]+){2,}$/.test(hostname)) return null
  const shown = text.replace(/^https?:\/\//i, '').replace(/^www\./i, '').replace(/\/$/, '')
  const short = shortened(shown)
  return { part: { kind: 'link', text: short, href, ...short !== shown && { title: address } }, length: text.length }
}

function shortened(text: string): string {
  if (text.length <= LINK_TEXT_MAX) return text
  const whole = [...graphemes.segment(text.slice(0, LINK_TEXT_MAX))].slice(0, -1)
  return `${whole.map(({ segment }) => segment).join('')}…`
}

/** The link in "(see https://example.com/a_(b))." ends before the last two characters. */
function withoutTrailingPunctuation(url: string): string {
  let text = url
  while (/[.,;:!?'…)\]}]$/.test(text)) {
    if (text.endsWith(')') && count(text, '(') >= count(text, ')')) break
    text = text.slice(0, -1)
  }
  return text
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1
}
