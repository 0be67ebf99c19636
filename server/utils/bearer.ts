import { createHash, timingSafeEqual } from 'node:crypto'
import { getHeader, setResponseHeader } from 'h3'
import type { H3Event } from 'h3'

/**
 * Lets in who brings a token of ours as `authorization: Bearer …`.
 * @param name the variable that has it
 * @throws 404 when it is not set, 401 for any other token
 */
export function requireBearer(event: H3Event, name: string, token: string | undefined): void {
  if (!token) throw apiError(404, `There is nothing here: ${name} is not set.`)
  if (isEqual(getHeader(event, 'authorization') ?? '', `Bearer ${token}`)) return
  setResponseHeader(event, 'www-authenticate', 'Bearer')
  throw apiError(401, `Bring ${name}: authorization: Bearer …`)
}

/** Takes the same time wherever the two differ, so that the time does not give the token away. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
