import type { H3Error } from 'h3'
import { createError } from 'h3'

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
export function apiError(statusCode: number, message: string, data?: Record<string, unknown>): H3Error<Record<string, unknown>> {
  return createError({ statusCode, statusMessage: statusMessages[statusCode], message, data })
}
