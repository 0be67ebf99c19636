import type { PublicUser } from '../types/user.ts'

export type TextPart
  = | { kind: 'text', text: string }
    | { kind: 'link', text: string, href: string }
    | { kind: 'mention', text: string, userId: string }

const pattern = /https?:\/\/[^\s<>"]+|(?<![\p{L}\p{N}_@/.])@[\w.-]+/giu
const LINK_TEXT_MAX = 48

/**
 * A text cut into plain parts, links and mentions, to be rendered as elements: never as HTML.
 * Only `http` and `https` become links, only people in `mentions` become mentions.
 */
export function linkify(text: string, mentions: readonly PublicUser[] = []): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    const part = match[0].startsWith('@') ? mentionFrom(match[0], mentions) : linkFrom(match[0])
    if (!part) continue
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) })
    parts.push(part.part)
    end = match.index + part.length
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) })
  return parts
}

interface Found { part: TextPart, length: number }

function linkFrom(raw: string): Found | null {
  const text = withoutTrailingPunctuation(raw)
  if (!URL.canParse(text)) return null
  const shown = text.replace(/^https?:\/\/(?:www\.)?/i, '').replace(/\/$/, '')
  const short = shown.length > LINK_TEXT_MAX ? `${shown.slice(0, LINK_TEXT_MAX - 1)}…` : shown
  return { part: { kind: 'link', text: short, href: new URL(text).href }, length: text.length }
}

function mentionFrom(raw: string, mentions: readonly PublicUser[]): Found | null {
  const text = raw.replace(/[.-]+$/, '')
  const username = text.slice(1).toLowerCase()
  const user = mentions.find(({ username: name }) => name?.toLowerCase() === username)
  return user ? { part: { kind: 'mention', text, userId: user.id }, length: text.length } : null
}

/** "(see https://example.com/a_(b))." ends its link before the last two signs. */
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
