import { resolve } from 'node:path'
import type { LocalClerk, LocalClerkOptions } from '#local-clerk/index.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { freePort } from './ports.ts'
import type { RunningApp } from './server.ts'
import { startApp } from './server.ts'

/** The top folder of the repo. */
export const root = resolve(import.meta.dirname, '../..')

/** What the server does by itself and what it limits are off, unless that is what is tested or measured. */
export const quiet = { SYNC_CHECK_SECONDS: '0', RECONCILE_CRON: 'off', RATE_LIMIT_FACTOR: '0' }

export interface AppWithClerk {
  /** The first instance. */
  app: RunningApp
  /** All instances, on one database. */
  apps: RunningApp[]
  clerk: LocalClerk
  stop(): Promise<void>
}

/**
 * The built app on free ports, with a local Clerk that delivers to its first instance.
 * @param options.instances how many app processes share the database
 * @param options.port of the first instance, when it is not to be any
 * @param options.env more of the environment
 * @param options.prepare runs before the app starts
 */
export async function startAppWithClerk(options: { databaseUrl: string, instances?: number, port?: number, env?: Record<string, string>, clerk?: LocalClerkOptions, prepare?: (clerk: LocalClerk) => void }): Promise<AppWithClerk> {
  const ports = await Promise.all(Array.from({ length: options.instances ?? 1 }, (_, n) => n === 0 && options.port ? options.port : freePort()))
  const urls = ports.map(port => `http://localhost:${port}`)
  const clerk = await startLocalClerk({ port: 0, webhook: { url: `${urls[0]}/api/webhooks` }, ...options.clerk })
  options.prepare?.(clerk)
  const env = { ...clerk.env, DATABASE_URL: options.databaseUrl, NUXT_SITE_URL: urls.join(','), ...quiet, ...options.env }
  const apps = await Promise.all(ports.map(port => startApp({ cwd: root, port, env, quiet: true })))
  const [app] = apps
  if (!app) throw new Error('A Rollcall has one instance at least.')
  return {
    app,
    apps,
    clerk,
    async stop() {
      await Promise.all(apps.map(one => one.stop()))
      await clerk.close()
    },
  }
}
