import { getHeader, getQuery, getRouterParams } from 'h3'
import type { H3Event } from 'h3'
import * as v from 'valibot'

const MAX_JSON_BYTES = 64 * 1024

type Schema<T> = v.GenericSchema<unknown, T>

function parse<T>(schema: Schema<T>, input: unknown): T {
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const issues = result.issues.map(issue => ({ path: v.getDotPath(issue), message: issue.message }))
  throw apiError(400, issues[0]?.message ?? 'This input is not valid.', { issues })
}

/** @throws 400 with what to do */
export const readParams = <T>(event: H3Event, schema: Schema<T>): T => parse(schema, getRouterParams(event, { decode: true }))

/** @throws 400 with what to do */
export const readQuery = <T>(event: H3Event, schema: Schema<T>): T => parse(schema, getQuery(event))

/** A JSON body of at most 64 KiB. @throws 400, 413 or 415 with what to do */
export async function readJson<T>(event: H3Event, schema: Schema<T>): Promise<T> {
  if (!/^application\/json\b/i.test(getHeader(event, 'content-type') ?? '')) throw apiError(415, 'Send JSON, with the header content-type: application/json.')
  const text = await readLimitedBody(event, MAX_JSON_BYTES)
  return parse(schema, parseJson(text))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  }
  catch {
    throw apiError(400, 'The body is not JSON.')
  }
}
