import { describeFailure } from '../failure.ts'
import { log } from './log.ts'

const LONGEST = 300

/** What libraries write becomes lines of the log. They may quote an address with its query, or an error's own words, so neither is kept. */
export function logConsole(): void {
  const levels = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const
  Object.assign(console, Object.fromEntries(Object.entries(levels).map(([method, level]) =>
    [method, (...parts: unknown[]) => log[level]({ by: 'console' }, parts.map(wordsOf).join(' ').slice(0, LONGEST))])))
}

function wordsOf(part: unknown): string {
  if (part instanceof Error) return describeFailure(part)
  return typeof part === 'string' ? part.trim().replaceAll(/(https?:\/\/[^/\s]+)[^\s]*/g, '$1') : typeof part
}
