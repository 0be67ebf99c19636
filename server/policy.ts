import { parsePublishableKey } from '@clerk/shared/keys'

/** Where Clerk's scripts and its Frontend API are, as the runtime configuration has it; empty for what is not set. */
export interface ClerkAddresses { publishableKey: string, proxyUrl: string, jsUrl: string, uiUrl: string }

const base = {
  'base-uri': ['\'none\''],
  'frame-ancestors': ['\'none\''],
}

/** For what is no page, such as JSON, a file, or the words of an error: it loads nothing. An icon has styles of its own. */
export const nothingPolicy = toHeader({ 'default-src': ['\'none\''], 'style-src': ['\'unsafe-inline\''], 'form-action': ['\'none\''], ...base })

/** For the service worker, whose own policy governs what it asks for: nothing but this origin's files and pages. It holds all its code. */
export const workerPolicy = toHeader({ 'default-src': ['\'none\''], 'connect-src': ['\'self\''], ...base })

/**
 * What a page may load, and from where: the one place to change when pages are to hold something else.
 * Clerk's part: https://clerk.com/docs/guides/secure/best-practices/csp-headers
 * @returns the policy of a page that holds these inline scripts, each as `sha256-…`
 */
export function createPagePolicy(clerk: ClerkAddresses): (scriptHashes: string[]) => string {
  const { api, scripts } = originsOf(clerk)
  const turnstile = 'https://challenges.cloudflare.com'
  const protect = 'https://*.protect.clerk.com'
  const scriptSources = unique(['\'self\'', ...scripts, turnstile, protect])
  const rest = toHeader({
    'default-src': ['\'none\''],
    // Clerk's components write their styles as they run, and a face has its colour from an attribute.
    'style-src': ['\'self\'', '\'unsafe-inline\''],
    // Icons are data in the styles, and so is a picture that was chosen in Clerk's profile and is not sent yet.
    'img-src': unique(['\'self\'', 'data:', 'https://img.clerk.com', ...api]),
    'font-src': ['\'self\''],
    // Clerk Protect uses other ports than 443 too.
    'connect-src': unique(['\'self\'', ...api, `${protect}:*`]),
    'worker-src': ['\'self\'', 'blob:'],
    'frame-src': [turnstile, protect],
    'manifest-src': ['\'self\''],
    'form-action': ['\'self\''],
    ...base,
  })
  return scriptHashes => `${toHeader({ 'script-src': [...scriptSources, ...scriptHashes.map(hash => `'${hash}'`)] })}; ${rest}`
}

/** The origins as clerk-js finds them: a proxy before the host that the key names, and scripts wherever they are said to be. */
function originsOf({ publishableKey, proxyUrl, jsUrl, uiUrl }: ClerkAddresses): { api: string[], scripts: string[] } {
  const host = parsePublishableKey(publishableKey)?.frontendApi
  const api = originsIn([proxyUrl || (host ? `https://${host}` : '')])
  return { api, scripts: [...api, ...originsIn([jsUrl, uiUrl])] }
}

/** A path alone is of our own origin, which is allowed already. */
const originsIn = (urls: string[]): string[] => urls.filter(url => /^https?:\/\//.test(url) && URL.canParse(url)).map(url => new URL(url).origin)

const unique = (values: string[]) => [...new Set(values)]

function toHeader(directives: Record<string, string[]>): string {
  return Object.entries(directives).map(([name, sources]) => `${name} ${sources.join(' ')}`).join('; ')
}
