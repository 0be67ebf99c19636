import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './ports.ts'

/** Debian's `pgbouncer`; CI has to have it. */
export const hasPooler = spawnSync('pgbouncer', ['--version']).status === 0 || process.env.CI === 'true'

export interface Pooler {
  /** The address of the same database behind the pooler. */
  url: string
  stop(): Promise<void>
}

/**
 * A real PgBouncer before a database, with few connections, so that clients share them.
 * @param databaseUrl of Postgres itself
 */
export async function startPooler(databaseUrl: string, { mode = 'transaction' }: { mode?: 'transaction' | 'session' } = {}): Promise<Pooler> {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl)
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-pooler-'))
  const ownPort = await freePort()
  await writeFile(join(folder, 'users'), `"${username}" "${password}"\n`)
  await writeFile(join(folder, 'pgbouncer.ini'), [
    '[databases]',
    `* = host=${hostname} port=${port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${ownPort}`,
    'unix_socket_dir =',
    'auth_type = plain',
    `auth_file = ${join(folder, 'users')}`,
    `pool_mode = ${mode}`,
    'default_pool_size = 5',
    'max_client_conn = 200',
  ].join('\n'))
  await chmod(folder, 0o755)
  const isRoot = process.getuid?.() === 0
  const child = spawn('pgbouncer', [...isRoot ? ['-u', 'nobody'] : [], join(folder, 'pgbouncer.ini')], { stdio: 'ignore' })
  const url = new URL(`postgres://${username}:${password}@127.0.0.1:${ownPort}${pathname}`).href
  for (let attempt = 0; attempt < 50 && !await answers(ownPort); attempt++) await sleep(100)
  return {
    url,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      setTimeout(() => child.kill('SIGKILL'), 2_000).unref()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const answers = (port: number) => new Promise<boolean>((done) => {
  const socket = connect(port, '127.0.0.1', () => {
    socket.destroy()
    done(true)
  })
  socket.once('error', () => done(false))
})
