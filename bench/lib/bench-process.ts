import * as v from 'valibot'
import type { Bench } from './bench.ts'

/* One bench in a process of its own, so that no other's memory and handles count: `node bench/lib/bench-process.ts <name> [--smoke]` */
/** A file without `run` does its work when it is loaded, and prints its own table. */
const Module = v.object({ run: v.optional(v.custom<Bench>(value => typeof value === 'function')) })
// Taken out, for what a bench without `run` looks for there.
const [name, ...options] = process.argv.splice(2)
const { run } = v.parse(Module, await import(`../${name}.ts`))
const lines = await run?.({ smoke: options.includes('--smoke') }) ?? []
process.send?.(lines, () => process.exit())
