/** A failed request for a page's own data, as the error that `error.vue` shows. */
export function pageError(error: unknown) {
  const status = failureStatus(error)
  // 400 means that the id in the address is malformed, so there is no such page.
  const statusCode = status === 400 ? 404 : status
  // Only the browser needs `fatal` to leave a page for the error's; the server would log it as if it were a crash.
  return createError({ statusCode, message: failureMessage(error, 'The page could not be loaded. Try again in a moment.'), data: { requestId: failedRequestId(error) }, fatal: import.meta.client })
}
