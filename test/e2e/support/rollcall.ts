import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { inject } from 'vitest'
import type { Database } from '#db/client.ts'
import { closeDatabase, openDatabase } from '#db/client.ts'
import { makeRoleSettings } from '#db/settings.ts'
import type { LocalClerk, LocalClerkOptions } from '#local-clerk/index.ts'
import type { AppWithClerk } from '#scripts/lib/rollcall.ts'
import { startAppWithClerk } from '#scripts/lib/rollcall.ts'
import type { RunningApp } from '#scripts/lib/server.ts'

export interface Rollcall extends AppWithClerk {
  db: Database
  databaseUrl: string
  /** As this user, by a fresh session token of the local Clerk; as a guest when null. */
  request(path: string, options?: { as?: string | null, method?: string, json?: unknown, body?: string, headers?: Record<string, string>, redirect?: RequestRedirect, app?: RunningApp }): Promise<Response>
}

/**
 * A database of its own in the test Postgres, with every table, and the settings of the role, which are not copied with it.
 * @param options.empty with no table, for a test of the migrations
 * @returns its address
 */
export async function createTestDatabase({ empty = false }: { empty?: boolean } = {}): Promise<string> {
  const url = new URL(inject('postgresUrl'))
  const name = `t_${randomUUID().replaceAll('-', '')}`
  const sql = postgres(url.href, { max: 1, onnotice: () => {} })
  await sql.unsafe(`create database ${name} template ${empty ? 'template1' : inject('migratedDatabase')}`)
  if (!empty) await makeRoleSettings(sql, name)
  await sql.end()
  url.pathname = `/${name}`
  return url.href
}

/**
 * The built app, on a database of its own, with a local Clerk that delivers to its first instance.
 * @param options.instances how many app processes share the database
 * @param options.port of the first instance; a free one when not said
 * @param options.env more of the environment
 * @param options.databaseUrl an empty or migrated database, when not one of the Postgres that all tests share
 * @param options.prepare runs before the app starts
 * @param options.route where the app finds the database, when not at its own address
 * @param options.direct tells the app the database's own address as well
 */
export async function startRollcall(options: { databaseUrl?: string, instances?: number, port?: number, env?: Record<string, string>, clerk?: LocalClerkOptions, prepare?: (clerk: LocalClerk) => void, route?: (databaseUrl: string) => Promise<string>, direct?: boolean } = {}): Promise<Rollcall> {
  const databaseUrl = options.databaseUrl ?? await createTestDatabase()
  const running = await startAppWithClerk({
    ...options,
    env: { ...options.direct && { DATABASE_DIRECT_URL: databaseUrl }, ...options.env },
    databaseUrl: await options.route?.(databaseUrl) ?? databaseUrl,
    clerk: { retryScale: 0.001, ...options.clerk },
  })
  const { app, clerk } = running
  const db = openDatabase(databaseUrl, { max: 4 })

  return {
    ...running,
    db,
    databaseUrl,
    async request(path, { as = null, method, json, body, headers = {}, redirect, app: to = app } = {}) {
      const session: Record<string, string> = as ? { authorization: `Bearer ${await clerk.session(as, { azp: to.url })}` } : {}
      return fetch(`${to.url}${path}`, {
        method: method ?? (json === undefined && body === undefined ? 'GET' : 'POST'),
        headers: { ...session, ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        body: json === undefined ? body : JSON.stringify(json),
        redirect,
      })
    },
    async stop() {
      await running.stop()
      await closeDatabase(db)
    },
  }
}
