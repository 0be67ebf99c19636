import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildApp } from '#scripts/lib/build.ts'
import { startPostgres } from '#scripts/lib/postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

/** Once for all files: the app built as it is deployed, and a Postgres in a fresh folder. */
export default async function setup(project: TestProject) {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-test-'))
  // As root, Postgres runs as another user, who must be able to enter.
  await chmod(dir, 0o755)
  // What is lost with the power is of no interest to a test.
  const postgres = await startPostgres({ dataDir: join(dir, 'postgres'), flags: ['-c', 'fsync=off', '-c', 'max_connections=200'] })
  project.provide('postgresUrl', postgres.url)
  const teardown = async () => {
    await postgres.stop()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    if (!process.env.ROLLCALL_TEST_NO_BUILD) await buildApp({ cwd: resolve(import.meta.dirname, '../../..') })
  }
  catch (error) {
    await teardown()
    throw error
  }
  return teardown
}
