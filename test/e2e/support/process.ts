import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'

export interface Running {
  process: ChildProcess
  output(): string
  /** Resolves when this was printed. @throws when the process ends first, or after `timeoutMs` */
  says(text: string | RegExp, timeoutMs?: number): Promise<void>
  /** The exit code. */
  ended: Promise<number | null>
}

/** A command of the repo, with its output kept. Nothing of the environment leaks in but PATH and HOME. @param cwd the repo when not said */
export function run(command: string, args: string[], env: Record<string, string> = {}, cwd?: string): Running {
  const child = spawn(command, args, { cwd, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      listeners.forEach(listener => listener())
    })
  }
  const ended = new Promise<number | null>(done => child.once('close', done))
  return {
    process: child,
    output: () => output,
    ended,
    says(text, timeoutMs = 30_000) {
      return new Promise((done, fail) => {
        const has = () => typeof text === 'string' ? output.includes(text) : text.test(output)
        const finish = (end: () => void) => {
          listeners.delete(check)
          clearTimeout(timer)
          end()
        }
        const check = () => has() && finish(done)
        const timer = setTimeout(() => finish(() => fail(new Error(`It did not say ${text} within ${timeoutMs} ms, but:\n${output}`))), timeoutMs)
        listeners.add(check)
        void ended.then(() => finish(() => has() ? done() : fail(new Error(`It ended without saying ${text}, but:\n${output}`))))
        check()
      })
    },
  }
}
