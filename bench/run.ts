import { fork } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { basename, join } from 'node:path'
import { defineCommand, runMain } from 'citty'
import * as v from 'valibot'
import { buildApp } from '#scripts/lib/build.ts'
import { root } from '#scripts/lib/rollcall.ts'
import { Line } from './lib/bench.ts'

/** Each other file of this folder is a bench. */
const names = readdirSync(import.meta.dirname).filter(file => file.endsWith('.ts')).map(file => basename(file, '.ts')).filter(name => name !== 'run').sort()
const SMOKE = 'smoke'
/** A bench that takes longer, ms, hangs: it is ended, and counts as failed. */
const AT_MOST_MS = { smoke: 3 * 60_000, full: 60 * 60_000 }

interface Result { name: string, lines: Line[], seconds: number, failed: boolean }

async function runOne(name: string, smoke: boolean): Promise<Result> {
  const began = performance.now()
  let lines: Line[] = []
  let failure: Error | undefined
  const failed = await new Promise<boolean>((done) => {
    const child = fork(join(import.meta.dirname, 'lib/bench-process.ts'), [name, ...smoke ? ['--smoke'] : []], { cwd: root, timeout: smoke ? AT_MOST_MS.smoke : AT_MOST_MS.full })
    child.on('message', (message) => {
      const parsed = v.safeParse(v.array(Line), message)
      if (parsed.success) lines = parsed.output
      else failure = new Error(`${name} sent what are no lines: ${v.summarize(parsed.issues)}`)
    })
    child.once('exit', (code, signal) => {
      if (signal) failure ??= new Error(`${name} was ended by ${signal}.`)
      if (failure) console.error(failure.message)
      done(code !== 0 || failure !== undefined)
    })
  })
  return { name, lines, seconds: (performance.now() - began) / 1000, failed }
}

const digits = (value: number) => Number(value.toPrecision(3)).toLocaleString('en')

const heads = ['work', 'size', 'median', 'least to most', 'baseline', 'ratio', 'reach']

function print(lines: Line[]) {
  const rows = [heads, ...lines.map(({ work, size, value, unit, spread, baseline, ratio, reach }) =>
    [work, size, `${digits(value)} ${unit}`, spread.map(digits).join(' to '), `${digits(baseline.value)}, ${baseline.name}`, digits(ratio), reach ?? ''])]
  const widths = heads.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd())
}

runMain(defineCommand({
  meta: { name: 'bench', description: `What the app costs beside a baseline of the same run: ${names.join(', ')}; all when none is named. "smoke" runs them small.` },
  args: {
    json: { type: 'string', description: 'A file for the results', valueHint: 'file' },
    build: { type: 'boolean', default: true, negativeDescription: 'Takes .output as it is' },
  },
  async run({ args }) {
    const smoke = args._.includes(SMOKE)
    const asked = args._.filter(name => name !== SMOKE)
    const unknown = asked.filter(name => !names.includes(name))
    if (unknown.length > 0) {
      console.error(`There is no bench ${unknown.join(', ')}. There are: ${names.join(', ')}, and ${SMOKE} for all of them with small sizes.`)
      process.exitCode = 1
      return
    }
    if (args.build) await buildApp({ cwd: root })
    const machine = { cores: cpus().length, load: loadavg()[0], node: process.version }
    const results: Result[] = []
    for (const name of asked.length > 0 ? asked : names) {
      const result = await runOne(name, smoke)
      console.log(`${result.failed ? '✗' : '✓'} ${name}, ${result.seconds.toFixed(0)} s`)
      results.push(result)
    }
    print(results.flatMap(({ lines }) => lines))
    if (args.json) await writeFile(args.json, `${JSON.stringify({ at: new Date().toISOString(), smoke, machine, results }, null, 2)}\n`)
    if (results.some(({ failed }) => failed)) process.exitCode = 1
  },
}))
