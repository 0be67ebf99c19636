import { resolve } from 'node:path'
import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { inject } from 'vitest'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import type { LocalClerk, LocalClerkOptions } from '#local-clerk/index.ts'
import { startLocalClerk } from '#local-clerk/index.ts'
import { freePort } from '#scripts/lib/ports.ts'
import type { RunningApp } from '#scripts/lib/server.ts'
import { startApp } from '#scripts/lib/server.ts'

export interface Rollcall {
  /** The first instance. */
  app: RunningApp
  /** All instances, on one database. */
  apps: RunningApp[]
  clerk: LocalClerk
  db: Database
  databaseUrl: string
  /** As this user, by a fresh session token of the local Clerk; as a guest when null. */
  request(path: string, options?: { as?: string | null, method?: string, json?: unknown, body?: string, headers?: Record<string, string>, app?: RunningApp }): Promise<Response>
  stop(): Promise<void>
}

/**
 * A database of its own in the test Postgres, with every table.
 * @param options.empty with no table, for a test of the migrations
 * @returns its address
 */
export async function createTestDatabase({ empty = false }: { empty?: boolean } = {}): Promise<string> {
  const url = new URL(inject('postgresUrl'))
  const name = `t_${randomUUID().replaceAll('-', '')}`
  const sql = postgres(url.href, { max: 1, onnotice: () => {} })
  await sql.unsafe(`create database ${name} template ${empty ? 'template1' : inject('migratedDatabase')}`)
  await sql.end()
  url.pathname = `/${name}`
  return url.href
}

/**
 * The built app, on a database of its own, with a local Clerk that delivers to its first instance.
 * @param options.instances how many app processes share the database
 * @param options.env more of the environment
 * @param options.prepare runs before the app starts
 * @param options.route where the app finds the database, when not at its own address
 */
export async function startRollcall(options: { instances?: number, env?: Record<string, string>, clerk?: LocalClerkOptions, prepare?: (clerk: LocalClerk) => void, route?: (databaseUrl: string) => Promise<string> } = {}): Promise<Rollcall> {
  const databaseUrl = await createTestDatabase()
  const routedUrl = await options.route?.(databaseUrl) ?? databaseUrl
  const ports = await Promise.all(Array.from({ length: options.instances ?? 1 }, freePort))
  const urls = ports.map(port => `http://localhost:${port}`)
  const clerk = await startLocalClerk({ port: 0, retryScale: 0.001, webhook: { url: `${urls[0]}/api/webhooks` }, ...options.clerk })
  options.prepare?.(clerk)
  const env = { ...clerk.env, DATABASE_URL: routedUrl, NUXT_SITE_URL: urls.join(','), ...options.env }
  const apps = await Promise.all(ports.map(port => startApp({ cwd: resolve(import.meta.dirname, '../../..'), port, env, quiet: true })))
  const [app] = apps
  if (!app) throw new Error('A Rollcall has one instance at least.')
  const db = openDatabase(databaseUrl, { max: 4 })

  return {
    app,
    apps,
    clerk,
    db,
    databaseUrl,
    async request(path, { as = null, method, json, body, headers = {}, app: to = app } = {}) {
      const session: Record<string, string> = as ? { authorization: `Bearer ${await clerk.session(as, { azp: to.url })}` } : {}
      return fetch(`${to.url}${path}`, {
        method: method ?? (json === undefined && body === undefined ? 'GET' : 'POST'),
        headers: { ...session, ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        body: json === undefined ? body : JSON.stringify(json),
      })
    },
    async stop() {
      await Promise.all(apps.map(one => one.stop()))
      await clerk.close()
      await closeDatabase(db)
    },
  }
}
