import * as v from 'valibot'
import { isTime } from './time.ts'

/** Where a page begins: just after the row with this key and id, in the list's own order. */
export interface Position { key: string, id: string }

export const cursorMessage = 'This cursor is not one of ours. Leave it out to start from the first page.'

/** A position as opaque text, safe in a URL. */
export function encodeCursor(position: Position): string {
  const binary = String.fromCharCode(...new TextEncoder().encode(JSON.stringify([position.key, position.id])))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function decodeCursor(cursor: string): unknown {
  try {
    const binary = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, c => c.charCodeAt(0))))
  }
  catch {
    return null
  }
}

const text = v.pipe(v.string(cursorMessage), v.check(value => !value.includes('\0'), cursorMessage))

/** A cursor made by `encodeCursor`, decoded to its position. What the key may be is the list's to say. */
export const Cursor = v.pipe(
  v.string(cursorMessage),
  v.maxLength(2_000, cursorMessage),
  v.transform(decodeCursor),
  v.strictTuple([text, text], cursorMessage),
  v.transform(([key, id]): Position => ({ key, id })),
)

/** Whether a position's key is a time, as lists that are sorted by one need it. */
export const isTimePosition = ({ key }: Position) => isTime(key)

/** A cursor whose key is a time. */
export const TimeCursor = v.pipe(Cursor, v.check(isTimePosition, cursorMessage))

/** Rows per page: 1 to 100, 20 when not said. */
export const Limit = v.optional(
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))], 'limit is a whole number from 1 to 100.'),
    v.integer('limit is a whole number from 1 to 100.'),
    v.minValue(1, 'limit is at least 1.'),
    v.maxValue(100, 'limit is at most 100.'),
  ),
  20,
)
