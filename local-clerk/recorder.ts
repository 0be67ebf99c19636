import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'

const answer = v.object({
  kind: v.literal('answer'),
  api: v.picklist(['backend', 'frontend']),
  method: v.string(),
  /** without the query */
  path: v.string(),
  status: v.number(),
  body: v.unknown(),
})

const event = v.object({ kind: v.literal('event'), type: v.string(), body: v.unknown() })

export const observationSchema = v.variant('kind', [answer, event])

/** An answer of one of the two APIs, or the body of a webhook. */
export type Observation = v.InferOutput<typeof observationSchema>

export type Observe = (observation: Observation) => void

/** Distinct shapes kept of one process; all tests together make a few hundred. */
const kept = 5_000
/** Elements of a list that are looked at. */
const sampled = 5

/**
 * Keeps the first answer or event of each distinct shape in `folder`, one JSON text a line, in a file of this process.
 * Ids in a path count as one, and values count by their type, so that thousands of requests leave a few lines.
 */
export function recordTo(folder: string): Observe {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${process.pid}.jsonl`)
  const seen = new Set<string>()
  return (observation) => {
    const shape = shapeOf(observation)
    if (seen.has(shape) || seen.size >= kept) return
    seen.add(shape)
    appendFileSync(file, `${JSON.stringify(observation)}\n`)
  }
}

function shapeOf({ body, ...rest }: Observation): string {
  const name = rest.kind === 'event' ? rest.type : `${rest.api} ${rest.method} ${rest.path.replace(/\/[a-z]+_\w{20,}/g, '/:id')} ${rest.status}`
  return `${name} ${typeOf(body)}`
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `[${[...new Set(value.slice(0, sampled).map(typeOf))].join('|')}]`
  if (typeof value !== 'object') return typeof value
  return `{${Object.entries(value).map(([name, each]) => `${name}:${typeOf(each)}`).join(',')}}`
}
