import { createHash } from 'node:crypto'

/** The host of the Frontend API, as keys and domains have it. */
export const frontendApi = 'local-clerk.clerk.accounts.dev'

/**
 * Names the instance. The name ends as a development instance's does, so that clerk-js sends its `__clerk_db_jwt` in
 * the query and works on 127.0.0.1 too; with `proxyUrl` set, nobody ever looks the name up.
 */
export const publishableKey = `pk_test_${Buffer.from(`${frontendApi}$`).toString('base64')}`

/** What the SDK puts behind the names of its cookies, so that two apps on one host keep apart; it reads those without it as well. */
export const cookieSuffix = createHash('sha1').update(publishableKey).digest('base64').replaceAll('+', '-').replaceAll('/', '_').slice(0, 8)

/** The same on every machine: it opens nothing but a server on loopback. */
export const secretKey = `sk_test_${'localclerk'.repeat(4)}`
