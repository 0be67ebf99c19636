import type { ChildProcess } from 'node:child_process'
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { freePort } from '#scripts/lib/ports.ts'

const Started = v.object({ url: v.string(), dataDir: v.string() })

export interface CrashablePostgres {
  url: string
  /** Kills it and its children with SIGKILL, all at once, and waits until nothing of it is left. */
  crash(): Promise<void>
  /** Starts it again on the same folder and port; it recovers from its log. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** A Postgres of its own, as durable as one in production: fsync is on. */
export async function startCrashablePostgres(): Promise<CrashablePostgres> {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-crash-'))
  const port = await freePort()
  let { keeper, started } = await start(join(dir, 'postgres'), port)

  return {
    url: started.url,
    async crash() {
      const [line = ''] = (await readFile(join(started.dataDir, 'postmaster.pid'), 'utf8')).split('\n')
      const postmaster = Number(line)
      for (const pid of [postmaster, ...await childrenOf(postmaster)]) kill(pid)
      // Its parent outlives it, to take its exit status: what is not yet buried looks alive to the next one.
      while (isAlive(postmaster)) await sleep(10)
      keeper.kill('SIGKILL')
      await once(keeper, 'exit')
    },
    async restart() {
      ({ keeper, started } = await start(join(dir, 'postgres'), port))
    },
    async stop() {
      if (keeper.exitCode === null && keeper.signalCode === null) {
        keeper.disconnect()
        await once(keeper, 'exit')
      }
      await rm(dir, { recursive: true, force: true })
      await rm(started.dataDir, { recursive: true, force: true })
    },
  }
}

async function start(dataDir: string, port: number): Promise<{ keeper: ChildProcess, started: v.InferOutput<typeof Started> }> {
  const keeper = fork(join(import.meta.dirname, 'postgres-process.ts'), [dataDir, String(port)], { stdio: 'inherit', execArgv: [] })
  const ended = once(keeper, 'exit').then(([code]) => {
    throw new Error(`Postgres did not start: its process ended with ${code}.`)
  })
  // Its end is of interest only until it has begun.
  ended.catch(() => {})
  const [message] = await Promise.race([once(keeper, 'message'), ended])
  return { keeper, started: v.parse(Started, message) }
}

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.split('\n').filter(Boolean).map(Number)
}

function kill(pid: number) {
  try {
    process.kill(pid, 'SIGKILL')
  }
  catch {
    // It ended by itself in the meantime.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  }
  catch {
    return false
  }
}
