/** A failed request for a page's own data, as the error that `error.vue` shows. */
export function pageError(error: unknown) {
  const status = failureStatus(error)
  // An id that cannot be one names nothing.
  const statusCode = status === 400 ? 404 : status
  return createError({ statusCode, message: failureMessage(error, 'The page could not be loaded. Try again in a moment.'), fatal: true })
}
