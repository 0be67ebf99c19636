import * as v from 'valibot'

const WithBody = v.object({ data: v.object({ message: v.pipe(v.string(), v.minLength(1)) }) })
const WithStatus = v.object({ statusCode: v.number() })

/** The message of an API error; `fallback` when it has none (no network, or a proxy's error page). */
export function failureMessage(error: unknown, fallback = 'That did not work. Check your connection and try again.'): string {
  const parsed = v.safeParse(WithBody, error)
  return parsed.success ? parsed.output.data.message : fallback
}

/** The HTTP status of a failed request; 500 when there is none. */
export function failureStatus(error: unknown): number {
  const parsed = v.safeParse(WithStatus, error)
  return parsed.success ? parsed.output.statusCode : 500
}
