import { setResponseHeader } from 'h3'
import { allowedMethods } from '../utils/routes.ts'

/** What no route took: without this, Nuxt would render a page for it. */
export default defineApiHandler((event) => {
  const path = event.path.replace(/\?.*$/, '')
  const allowed = allowedMethods(path)
  if (allowed.length === 0) throw apiError(404, `There is no ${path} here.`)
  setResponseHeader(event, 'allow', allowed.join(', '))
  throw apiError(405, `${path} takes ${allowed.join(', ')}.`)
})
