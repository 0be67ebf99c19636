import { mentionPattern } from '#shared/utils/mentions.ts'

export type TextPart
  = | { kind: 'text', text: string }
    | { kind: 'link', text: string, href: string }
    | { kind: 'mention', userId: string }

const pattern = new RegExp(`https?://[^\\s<>"]+|${mentionPattern.source}`, 'giu')
const LINK_TEXT_MAX = 48

/**
 * A text split into plain parts, links and mentions, to be rendered as elements, never as HTML.
 * Only `http` and `https` become links.
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
  if (!URL.canParse(text)) return null
  const shown = text.replace(/^https?:\/\/(?:www\.)?/i, '').replace(/\/$/, '')
  const short = shown.length > LINK_TEXT_MAX ? `${shown.slice(0, LINK_TEXT_MAX - 1)}…` : shown
  return { part: { kind: 'link', text: short, href: new URL(text).href }, length: text.length }
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
