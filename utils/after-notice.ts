/**
 * For a request that a live message asked for: it must not be answered from what is older than the message, neither by a
 * cache nor by a replica. Browsers then send `Cache-Control: no-cache`. https://fetch.spec.whatwg.org/#concept-request-cache-mode
 */
export const afterNotice = { cache: 'no-store' } as const satisfies RequestInit
