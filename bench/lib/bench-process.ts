import * as v from 'valibot'
import type { Bench } from './bench.ts'

/* One bench in a process of its own, so that no other's memory and handles count: `node bench/lib/bench-process.ts <name> [--smoke]` */
const Module = v.object({ run: v.custom<Bench>(value => typeof value === 'function') })
const [name, ...options] = process.argv.slice(2)
const { run } = v.parse(Module, await import(`../${name}.ts`))
const lines = await run({ smoke: options.includes('--smoke') })
process.send?.(lines, () => process.exit())
