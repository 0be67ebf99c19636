import { createError, H3Error } from 'h3'
import { describeFailure } from '#server/failure.ts'

const statusMessages: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
}

/** An error that says what to do. @param message for people: what happened, and what to do */
export function apiError(statusCode: number, message: string, data?: unknown): H3Error {
  return createError({ statusCode, statusMessage: statusMessages[statusCode], message, data })
}

/**
 * The one place where an error becomes an answer. What we threw on purpose goes out as it is;
 * anything else is ours: logged by its kind, never with what a person sent, and answered 500.
 */
export function toApiError(error: unknown): H3Error {
  if (error instanceof H3Error && !error.unhandled) return error
  console.error(describeFailure(error))
  return apiError(500, 'Something went wrong on our side. Nothing was saved; try again in a moment.')
}
