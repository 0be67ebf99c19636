import type { DestinationStream, LoggerOptions } from 'pino'
import pino from 'pino'
import type { PrettyOptions } from 'pino-pretty'
import SonicBoom from 'sonic-boom'
import * as v from 'valibot'
import { describeFailure } from '../failure.ts'
import { LogLevel } from '../schemas/env.ts'

/** What waits for a reader of stdout that does not read, bytes. Lines beyond it are dropped and counted. */
const WAITING_BYTES_AT_MOST = 2 ** 20
/** Lines are gathered for so much or so long: a write for each would cost more than the line. */
const GATHERED = { bytes: 8_192, ms: 100 }
/** At the end of the process the reader is waited for so long, ms. */
const FLUSH_MS = 500

/** It writes beside the event loop: a reader that stalls holds up no request, and at the exit it is not waited for. */
const stdout = new SonicBoom({ fd: 1, sync: false, minLength: GATHERED.bytes, periodicFlush: GATHERED.ms, maxLength: WAITING_BYTES_AT_MOST, retryEAGAIN: () => !exiting })
let exiting = false
process.once('exit', () => {
  exiting = true
  try {
    stdout.flushSync()
  }
  catch {
    // Nobody reads it.
  }
})
// The reader may be gone. What cannot be written is lost, and each further line is one try more.
stdout.on('error', () => {})
let dropped = 0
stdout.on('drop', () => void dropped++)
stdout.on('drain', () => {
  if (dropped === 0) return
  const lines = dropped
  dropped = 0
  log.warn({ lines }, 'log lines dropped')
})

const level = v.safeParse(LogLevel, process.env.LOG_LEVEL || undefined)

const options: LoggerOptions = {
  level: level.success ? level.output : 'info',
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: label => ({ level: label }) },
}
/**
 * The server's log, one JSON object a line on stdout; in development, words. A line has codes, ids and numbers: never a
 * payload, a name, an e-mail, an address, a query string, a cookie or a token.
 */
export const log = pino(options, import.meta.dev ? inWords(import('pino-pretty')) : stdout)

/** Lines for people. The package is not in the built server. */
function inWords(loading: Promise<{ default: (options: PrettyOptions) => DestinationStream }>): DestinationStream {
  const pretty = loading.then(({ default: make }) => make({ ignore: 'requestId', singleLine: true, translateTime: 'SYS:HH:MM:ss', sync: true }))
  return { write: line => void pretty.then(stream => stream.write(line)) }
}

/** Logs a failure of ours by its kind. @param what was being done */
export function logFailure(what: string, error: unknown, fields: object = {}): void {
  log.error(fields, `${what} ${describeFailure(error)}`)
}

/** Waits until what was logged is written, or for half a second. */
export async function flushLog(): Promise<void> {
  await new Promise<void>((done) => {
    setTimeout(done, FLUSH_MS).unref()
    stdout.flush(() => done())
  })
}

/** Logs why the server cannot go on, and ends it with code 1. */
export function exitWith(words: string, fields: object = {}): never {
  pino(options, pino.destination({ dest: 1, sync: true })).fatal(fields, words)
  process.exit(1)
}
