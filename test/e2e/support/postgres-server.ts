import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import postgres from 'postgres'
import type { LocalPostgres } from '#scripts/lib/postgres.ts'
import { freePort } from '#scripts/lib/ports.ts'

const run = promisify(execFile)
const password = 'rollcall'

/** As root, Postgres runs as another user. */
interface Owner { uid: number, gid: number }

export interface PostgresServer extends LocalPostgres {
  /** Starts it again on the same folder and port. */
  start(): Promise<void>
}

/**
 * Runs Postgres on a folder that is made already, a primary's or a standby's.
 * @param bin where its programs are
 * @param flags more `-c name=value` settings
 */
async function serve(bin: string, dataDir: string, flags: string[] = []): Promise<PostgresServer> {
  const { uid, gid } = await stat(dataDir)
  const port = await freePort()
  const url = `postgres://rollcall:${password}@127.0.0.1:${port}/rollcall`
  let said = ''
  let stop = async () => {}

  async function start() {
    const server = spawn(join(bin, 'postgres'), ['-D', dataDir, '-p', `${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', ...flags], { uid, gid, stdio: ['ignore', 'ignore', 'pipe'] })
    server.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString()))
    const ended = once(server, 'exit')
    stop = async () => {
      if (server.exitCode === null && server.signalCode === null) server.kill('SIGINT')
      await ended
    }
    while (!await answers(url)) {
      if (server.exitCode !== null) throw new Error(`Postgres did not start.\n${said}`)
      await sleep(50)
    }
  }
  await start()
  return { url, dataDir, start, stop: () => stop() }
}

async function answers(url: string): Promise<boolean> {
  const address = new URL(url)
  address.pathname = '/postgres'
  const sql = postgres(address.href, { max: 1, connect_timeout: 2, onnotice: () => {} })
  try {
    await sql`select 1`
    return true
  }
  catch {
    return false
  }
  finally {
    await sql.end()
  }
}

const newFolder = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-postgres-'))
  await chmod(dir, 0o755)
  return dir
}

/**
 * A Postgres of another make or version than the tests' own, in a fresh folder that goes when it stops.
 * @param bin where its programs are, such as `/usr/lib/postgresql/15/bin`
 */
export async function startInstalledPostgres(bin: string, flags: string[] = []): Promise<PostgresServer> {
  const dir = await newFolder()
  const dataDir = join(dir, 'postgres')
  await mkdir(dataDir)
  await writeFile(join(dir, 'password'), password)
  const owner = process.getuid?.() === 0 ? await postgresUser() : undefined
  if (owner) await chown(dataDir, owner.uid, owner.gid)
  await run(join(bin, 'initdb'), ['-D', dataDir, '-U', 'rollcall', '-A', 'password', `--pwfile=${join(dir, 'password')}`, '--encoding=UTF8', '--locale=C.UTF-8'], { ...owner, cwd: dir })
  const server = await serve(bin, dataDir, flags)
  const admin = postgres(server.url.replace(/rollcall$/, 'postgres'), { max: 1 })
  await admin`create database rollcall`
  await admin.end()
  return { ...server, stop: () => server.stop().finally(() => rm(dir, { recursive: true, force: true })) }
}

async function postgresUser(): Promise<Owner> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async flag => Number((await run('id', [flag, 'postgres'])).stdout)))
  return { uid: uid ?? 0, gid: gid ?? 0 }
}

/**
 * A streaming standby of a running Postgres: a copy of its data folder that follows its log.
 * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 * @returns `remove` stops it and removes the copy
 */
export async function startStandby(primary: LocalPostgres): Promise<PostgresServer & { remove(): Promise<void> }> {
  const dir = await newFolder()
  const dataDir = join(dir, 'postgres')
  const sql = postgres(primary.url, { max: 1, onnotice: () => {} })
  const [config] = await sql<{ bin: string }[]>`select setting as bin from pg_config where name = 'BINDIR'`
  await sql`select pg_backup_start('standby', true)`
  await run('cp', ['-a', primary.dataDir, dataDir])
  const [backup] = await sql<{ label: string }[]>`select labelfile as label from pg_backup_stop(false)`
  await sql.end()
  await rm(join(dataDir, 'postmaster.pid'))
  const { hostname, port, username } = new URL(primary.url)
  const { uid, gid } = await stat(dataDir)
  const conninfo = `host=${hostname} port=${port} user=${username} password=${password}`
  for (const [name, text, flag] of [['backup_label', backup?.label ?? '', 'w'], ['standby.signal', '', 'w'], ['postgresql.auto.conf', `primary_conninfo = '${conninfo}'\n`, 'a']] as const) {
    await writeFile(join(dataDir, name), text, { flag })
    await chown(join(dataDir, name), uid, gid)
  }
  const server = await serve(config?.bin ?? '', dataDir)
  return { ...server, remove: () => server.stop().finally(() => rm(dir, { recursive: true, force: true })) }
}
