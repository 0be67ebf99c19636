import type { IncomingHttpHeaders } from 'node:http'

interface Asked { method: string, path: string, headers: IncomingHttpHeaders }

/**
 * Clerk's cookies that speak of someone, whatever suffix they carry. A browser keeps `__client_uat=0` while nobody is
 * signed in there. https://clerk.com/docs/guides/how-clerk-works/overview
 */
const ofSomeone = /^__(?:session|refresh|clerk_handshake|client_uat(?![^=]*=0$))/

/**
 * Whether a request certainly comes from nobody who is signed in, so that Clerk would say the same: it brings no token and
 * no cookie of someone, and Clerk wants no handshake of it. Everyone else is Clerk's to judge, such as a browser whose
 * session has expired.
 * @param publishableKey of the Clerk instance
 */
export function isGuest({ method, path, headers }: Asked, publishableKey: string): boolean {
  if (headers.authorization !== undefined || path.includes('__clerk_')) return false
  const cookies = (headers.cookie ?? '').split(';').map(cookie => cookie.trim())
  if (cookies.some(cookie => ofSomeone.test(cookie))) return false
  return publishableKey.startsWith('pk_live_') || !opensPage(method, headers) || isKnownBrowser(cookies)
}

/** Whether Clerk may want to send a request elsewhere first, for a new token or a cookie. */
export const mayHandshake = ({ method, path, headers }: Asked): boolean => opensPage(method, headers) || path.includes('__clerk_')

/**
 * With a development key, Clerk first gives a browser a cookie, by a redirect, when it opens a page: these are the requests
 * that `isRequestEligibleForHandshake` in `@clerk/backend` chooses.
 */
function opensPage(method: string, headers: IncomingHttpHeaders): boolean {
  if (method !== 'GET') return false
  const fetchedFor = headers['sec-fetch-dest']
  return fetchedFor ? fetchedFor === 'document' || fetchedFor === 'iframe' : headers.accept?.startsWith('text/html') === true
}

/** Whether the browser has that cookie, with each suffix of the others that Clerk may go by. */
function isKnownBrowser(cookies: string[]): boolean {
  const names = cookies.filter(cookie => !cookie.endsWith('=')).map(cookie => cookie.split('=', 1)[0] ?? '')
  return names.includes('__clerk_db_jwt')
    && names.every(name => !name.startsWith('__client_uat') || names.includes(name.replace('__client_uat', '__clerk_db_jwt')))
}
