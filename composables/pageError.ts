/** A failed request for a page's own data, as the error that `error.vue` shows. */
export function pageError(error: unknown) {
  const statusCode = failureStatus(error)
  return createError({ statusCode, message: failureMessage(error, 'The page could not be loaded. Try again in a moment.'), fatal: true })
}
