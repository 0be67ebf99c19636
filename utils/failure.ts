import * as v from 'valibot'

const WithBody = v.object({ data: v.object({ message: v.pipe(v.string(), v.minLength(1)) }) })
const WithId = v.object({ data: v.object({ data: v.object({ requestId: v.string() }) }) })
const WithOwnId = v.object({ data: v.object({ requestId: v.string() }) })
const WithStatus = v.object({ statusCode: v.number() })
const WithAnswer = v.object({ cause: WithStatus })

/** The message of an API error, with the request's id where the fault is ours; `fallback` when it has none (no network, or a proxy's error page). */
export function failureMessage(error: unknown, fallback = 'That didn’t work. Check your connection and try again.'): string {
  const parsed = v.safeParse(WithBody, error)
  if (!parsed.success) return fallback
  const id = failedRequestId(error)
  return id ? `${parsed.output.data.message} (Request ${id})` : parsed.output.data.message
}

/** The id by which the server's log names a request that failed by our fault; undefined for any other error. */
export function failedRequestId(error: unknown): string | undefined {
  const parsed = v.safeParse(WithId, error)
  return parsed.success ? parsed.output.data.data.requestId : undefined
}

/** The same for an error that `pageError` made. */
export function failedPageId(error: unknown): string | undefined {
  const parsed = v.safeParse(WithOwnId, error)
  return parsed.success ? parsed.output.data.requestId : undefined
}

/** Whether a failed `useAsyncData` of the browser had no answer at all, as without a network. What was answered is the error's cause. */
export const isUnanswered = (error: unknown): boolean => !import.meta.server && !v.is(WithAnswer, error)

/** The HTTP status of a failed request; 500 when there is none. */
export function failureStatus(error: unknown): number {
  const parsed = v.safeParse(WithStatus, error)
  return parsed.success ? parsed.output.statusCode : 500
}
