import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { migrateDatabase } from '#db/migrate.ts'
import { buildApp } from '#scripts/lib/build.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { root } from '#scripts/lib/rollcall.ts'
import { plantedAtBuild } from './planted.ts'
import { startInstalledPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
    /** The database in it that each test's own is copied from: with every table, and no row. */
    migratedDatabase: string
  }
}

const migratedDatabase = 'migrated'

/** What is lost with the power is of no interest to a test, and a vacuum of its hundred databases in turn is work for nothing. */
const flags = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'wal_level=minimal', 'max_wal_senders=0', 'autovacuum=off', 'max_connections=200'].flatMap(setting => ['-c', setting])

/**
 * Once for all files of a project: the app built as it is deployed, and a Postgres in a fresh folder.
 * `ROLLCALL_TEST_POSTGRES_BIN` names the programs of another Postgres, such as `/usr/lib/postgresql/15/bin`.
 */
export default async function setup(project: TestProject) {
  const stops: (() => Promise<void>)[] = []
  const teardown = async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  }
  try {
    const installed = process.env.ROLLCALL_TEST_POSTGRES_BIN
    const server = installed ? await startInstalledPostgres(installed, flags) : await startTemporaryPostgres({ flags, initdbFlags: ['--no-data-checksums'] })
    stops.push(server.stop)
    await createMigratedDatabase(server.url)
    if (!process.env.ROLLCALL_TEST_NO_BUILD) await buildApp({ cwd: root, env: plantedAtBuild })
    // The next project of this run finds it built.
    process.env.ROLLCALL_TEST_NO_BUILD = '1'

    project.provide('postgresUrl', server.url)
    project.provide('migratedDatabase', migratedDatabase)
  }
  catch (error) {
    await teardown()
    throw error
  }
  return teardown
}

async function createMigratedDatabase(postgresUrl: string) {
  const sql = postgres(postgresUrl, { max: 1, onnotice: () => {} })
  await sql.unsafe(`create database ${migratedDatabase}`)
  const url = new URL(postgresUrl)
  // Each of some thousand connections would hash the password 4,096 times. Before Postgres 16 the number is fixed.
  await sql`select set_config(name, '1', false) from pg_settings where name = 'scram_iterations'`
  await sql.unsafe(`alter role ${url.username} password '${url.password}'`)
  await sql.end()
  url.pathname = `/${migratedDatabase}`
  await migrateDatabase(url.href, join(root, 'db/migrations'))
}
