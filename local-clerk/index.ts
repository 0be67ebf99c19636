import { createRouter } from 'h3'
import type { Accounts } from './accounts.ts'
import type { BackendLog } from './backend/log.ts'
import { addBackendRoutes } from './backend/routes.ts'
import { burst } from './burst.ts'
import { type Context, createContext } from './context.ts'
import { addDashboardRoutes } from './dashboard/routes.ts'
import type { Deliveries } from './deliveries/deliveries.ts'
import { defaultWebhookSecret } from './deliveries/sign.ts'
import { errors } from './errors.ts'
import type { Faults } from './faults.ts'
import { addFrontendRoutes, slowed } from './frontend/routes.ts'
import { listen } from './http/listen.ts'
import { collectRoutes, type RouteName } from './http/routes.ts'
import { route } from './http/route.ts'
import { publishableKey, secretKey as defaultSecretKey } from './keys.ts'
import { addAvatarRoutes } from './seed/avatar-routes.ts'
import { seedPeople } from './seed/seed.ts'
import { defaultSettings, type Settings } from './settings.ts'
import { type Import, importUsers } from './import.ts'
import type { User } from './state/schema.ts'
import { type Observe, recordTo } from './recorder.ts'
import { openStore, type Store } from './state/store.ts'

export type { BackendRequest } from './backend/log.ts'
export type { UserPatch } from './accounts.ts'
export type { FaultSettings, FaultsPatch } from './faults.ts'
export type { NewUser } from './state/new-user.ts'
export type { Attempt, Delivery, User } from './state/schema.ts'
export { type Settings, type SignUpMode, signUpModes } from './settings.ts'
export { adminEmail, demoCode, demoPassword, memberEmail } from './seed/accounts.ts'

export interface LocalClerkOptions {
  /** default 4011; 0 picks a free one */
  port?: number
  /** JSON file that keeps everything between runs; null or absent keeps it in memory */
  dataFile?: string | null
  /** start with 25 people when there is nobody yet */
  seed?: boolean
  /** start with deliveries held back, until `deliveries.resume()` */
  paused?: boolean
  webhook?: { url: string, secret?: string }
  /** the Backend API's key; one that begins with `sk_live_` has the pace of production */
  secretKey?: string
  /** what is set otherwise than by default */
  settings?: Partial<Settings>
  /** Clerk's limit of the Backend API: 100 requests in 10 s, 1,000 for a key that begins with `sk_live_`; off where nothing is said */
  rateLimits?: boolean
  /** multiplies Svix's delays; 1 is real */
  retryScale?: number
  /** milliseconds */
  now?: () => number
  /** 0 to 1, for the faults */
  random?: () => number
  /** is told of every answer and event; where `LOCAL_CLERK_RECORD` names a folder, they are kept there */
  observe?: Observe
}

export interface LocalClerk {
  url: string
  publishableKey: string
  secretKey: string
  instanceId: string
  /** the newest secret that signs */
  readonly webhookSecret: string
  /** environment variables that make the unchanged app use this Clerk */
  env: Record<string, string>
  users: Pick<Accounts, 'create' | 'update' | 'delete' | 'find' | 'get' | 'list' | 'setBanned' | 'touch'> & {
    /** Adds many users at once, without deliveries. */
    import(input: Import): User[]
  }
  setWebhookUrl(url: string | null): void
  deliveries: Omit<Deliveries, 'emit' | 'stop' | 'setUrl'>
  faults: Faults & {
    /** Changes one user this many times at once; without an id, the first one. */
    burst(times: number, userId?: string): void
  }
  /** the last ten thousand requests to the Backend API, oldest first */
  backendRequests: BackendLog['list']
  clearBackendRequests(): void
  /** What it serves of each API. */
  routes: Record<'frontend' | 'backend', readonly RouteName[]>
  /**
   * Signs a user in without a browser and without an event, and returns a `__session` token.
   * @param options.lifetime seconds, 60 when not said; what is negative has expired
   * @param options.metadata false leaves the claim out, as where nobody has added it to the session token in Clerk's dashboard
   */
  session(userId: string, options?: { azp?: string, lifetime?: number, metadata?: boolean }): Promise<string>
  close(): Promise<void>
}

/**
 * Starts a local Clerk on loopback.
 * @throws in production, where nobody may be signed in by a server that tells everyone the code
 */
export async function startLocalClerk(options: LocalClerkOptions = {}): Promise<LocalClerk> {
  if (process.env.NODE_ENV === 'production') {
    throw new Error('The local Clerk is for development and tests. With NODE_ENV=production, use a real Clerk.')
  }
  const { now = Date.now, random = Math.random, secretKey = defaultSecretKey } = options
  const store = openStore(options.dataFile ?? null)
  if (options.webhook) {
    Object.assign(store, { webhookUrl: options.webhook.url, webhookDisabled: false, webhookFailingSince: null })
    if (options.webhook.secret) store.webhookSecrets = [options.webhook.secret]
  }
  if (store.webhookSecrets.length === 0) store.webhookSecrets = [defaultWebhookSecret]

  const router = createRouter()
  const ready = Promise.withResolvers<(path: string) => Promise<unknown>>()
  const record = process.env.LOCAL_CLERK_RECORD
  const observe = options.observe ?? (record ? recordTo(record) : undefined)
  const { server, port } = await listen(router, { port: options.port ?? 4011, before: async path => (await ready.promise)(path), now, observe })
  const url = `http://localhost:${port}`
  const ctx = await createContext(store, url, { secretKey, now, random, settings: { ...defaultSettings, ...options.settings }, rateLimits: options.rateLimits ?? false, retryScale: options.retryScale ?? 1, paused: options.paused ?? false, observe })
  if (options.seed && store.users.size === 0) seedPeople(ctx)
  else if (store.url !== null && store.url !== url) tellPictures(ctx)
  store.url = url
  store.changed()
  const routes = {
    frontend: collectRoutes(router, () => addFrontendRoutes(router, ctx)),
    backend: collectRoutes(router, () => addBackendRoutes(router, ctx)),
  }
  addAvatarRoutes(router)
  addDashboardRoutes(router, ctx)
  router.use('/**', route(() => {
    throw errors.notFound('That address')
  }))
  ready.resolve(path => slowed(path, ctx.faults))

  return {
    url,
    publishableKey,
    secretKey,
    instanceId: store.instanceId,
    get webhookSecret() {
      return store.webhookSecrets[0] ?? defaultWebhookSecret
    },
    env: environmentOf(url, secretKey, store),
    users: { ...ctx.accounts, import: input => importUsers(ctx.accounts, now, input) },
    setWebhookUrl: ctx.deliveries.setUrl,
    deliveries: ctx.deliveries,
    faults: { ...ctx.faults, burst: (times, userId) => burst(ctx.accounts, times, userId) },
    backendRequests: ctx.backendLog.list,
    clearBackendRequests: ctx.backendLog.clear,
    routes,
    session(userId, { azp = null, lifetime = 60, metadata = true } = {}) {
      const session = ctx.browsers.signIn(ctx.browsers.create(), ctx.accounts.get(userId).id, { silent: true })
      if (metadata) return ctx.tokens.session(session, ctx.accounts.get(userId), azp, lifetime)
      return ctx.tokens.custom(userId, { fva: [0, -1], sid: session.id, sts: 'active', v: 2 }, { azp, lifetime, skew: 10 })
    },
    async close() {
      ctx.deliveries.stop()
      store.flush()
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

/** Pictures have moved with the server that serves them: an event for each user who has one. */
function tellPictures({ accounts }: Context) {
  for (const { id, imagePath } of accounts.list()) if (imagePath) accounts.update(id, {})
}

function environmentOf(url: string, secretKey: string, store: Store): Record<string, string> {
  return {
    NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: publishableKey,
    NUXT_CLERK_SECRET_KEY: secretKey,
    NUXT_CLERK_WEBHOOK_SIGNING_SECRET: store.webhookSecrets.join(','),
    NUXT_CLERK_API_URL: url,
    NUXT_PUBLIC_CLERK_PROXY_URL: url,
    NUXT_PUBLIC_CLERK_JS_URL: `${url}/npm/@clerk/clerk-js@6/dist/clerk.browser.js`,
    NUXT_PUBLIC_CLERK_UI_URL: `${url}/npm/@clerk/ui@1/dist/ui.browser.js`,
    NUXT_PUBLIC_CLERK_TELEMETRY_DISABLED: 'true',
    NUXT_PUBLIC_CLERK_KEYLESS_DISABLED: '1',
    NUXT_PUBLIC_CLERK_UNSAFE_DISABLE_DEVELOPMENT_MODE_CONSOLE_WARNING: 'true',
  }
}
