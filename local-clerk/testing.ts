import type { LocalClerk } from './index.ts'

const backendApi = 'https://api.clerk.com/'

const variables = ['CLERK_API_URL', 'CLERK_SECRET_KEY', 'CLERK_PUBLISHABLE_KEY', 'CLERK_FAPI', 'CLERK_TESTING_TOKEN']

/**
 * Points `@clerk/testing` at a local Clerk: by the environment and, since `clerk.signIn({ emailAddress })` asks
 * `api.clerk.com` whatever `CLERK_API_URL` says, by bringing to the local Clerk what `fetch` is to bring there. The SDK takes
 * the `fetch` of the moment where `NODE_ENV` is `test`, as Playwright and Vitest have it.
 * @returns undoes it, and forgets what `clerkSetup()` put into the environment
 */
export function useLocalClerk(clerk: Pick<LocalClerk, 'url' | 'secretKey' | 'publishableKey'>): () => void {
  const environment = Object.fromEntries(variables.map(name => [name, process.env[name]]))
  const realFetch = globalThis.fetch
  Object.assign(process.env, { CLERK_API_URL: clerk.url, CLERK_SECRET_KEY: clerk.secretKey, CLERK_PUBLISHABLE_KEY: clerk.publishableKey })
  globalThis.fetch = (input, init) => {
    const address = input instanceof Request ? input.url : String(input)
    return address.startsWith(backendApi) ? realFetch(address.replace(backendApi, `${clerk.url}/`), init) : realFetch(input, init)
  }
  return () => {
    globalThis.fetch = realFetch
    for (const [name, value] of Object.entries(environment)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
  }
}
