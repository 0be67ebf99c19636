import { type EventHandler, eventHandler, getHeader, type H3Event, readRawBody, setResponseStatus } from 'h3'
import * as v from 'valibot'
import { ClerkError, errors } from '../errors.ts'

/** A handler whose refusals are answered in Clerk's error shape. */
export function route(handler: (event: H3Event) => unknown): EventHandler {
  return eventHandler(async (event) => {
    try {
      return await handler(event)
    }
    catch (error) {
      const refusal = toClerkError(error)
      setResponseStatus(event, refusal.status)
      return refusal.toJSON()
    }
  })
}

function toClerkError(error: unknown): ClerkError {
  if (error instanceof ClerkError) return error
  if (v.isValiError(error)) return errors.ofIssue(error.issues[0])
  console.error(error)
  return new ClerkError(500, 'internal_clerk_error', 'The local Clerk failed. Its terminal says why.')
}

type Schema = v.GenericSchema<unknown, unknown>

/** Reads a body, form-encoded as clerk-js sends it or JSON, and parses it. */
export async function readFields<S extends Schema>(event: H3Event, schema: S): Promise<v.InferOutput<S>> {
  const text = await readRawBody(event) ?? ''
  if (!getHeader(event, 'content-type')?.includes('json')) {
    return v.parse(schema, Object.fromEntries(new URLSearchParams(text)))
  }
  const json = v.safeParse(v.pipe(v.string(), v.parseJson()), text || '{}')
  if (!json.success) throw errors.invalid('The body is not JSON.')
  return v.parse(schema, json.output)
}
