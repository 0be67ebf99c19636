import { defineEventHandler } from 'h3'
import type { EventHandlerRequest, H3Event } from 'h3'

/** A route of the API: whatever it throws is answered by `toApiError`. */
export function defineApiHandler<T>(handler: (event: H3Event<EventHandlerRequest>) => T | Promise<T>) {
  return defineEventHandler(async (event) => {
    try {
      return await handler(event)
    }
    catch (error) {
      throw toApiError(error, event.context.requestId)
    }
  })
}

/** The only way to make a route under `server/api/admin/`: 401 for the signed out, 403 for members. */
export function defineAdminHandler<T>(handler: (event: H3Event<EventHandlerRequest>) => T | Promise<T>) {
  return defineApiHandler((event) => {
    requireAdmin(event)
    return handler(event)
  })
}
