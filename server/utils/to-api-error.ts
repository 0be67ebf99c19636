import { H3Error } from 'h3'
import { logFailure } from '#server/log/log.ts'

/**
 * The one place where an error becomes an answer. What we threw on purpose goes out as it is;
 * anything else is ours: logged by its kind, never with what a person sent, and answered 500.
 * @param requestId given to the person with a 5xx, as `data.requestId`
 */
export function toApiError(error: unknown, requestId?: string): H3Error {
  const answer = error instanceof H3Error && !error.unhandled ? error : ourFailure(error, requestId)
  if (answer.statusCode >= 500 && requestId) answer.data = { ...answer.data, requestId }
  return answer
}

function ourFailure(error: unknown, requestId: string | undefined): H3Error {
  logFailure('request', error, { requestId })
  return apiError(500, 'Something went wrong on our side. Nothing was saved; try again in a moment.')
}
