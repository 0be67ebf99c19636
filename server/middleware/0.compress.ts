import { IncomingMessage } from 'node:http'
import compression from 'compression'
import { defineEventHandler } from 'h3'

/**
 * Another site can open pages in a reader's name and put text of its own into the address. From the lengths of packed
 * answers it could then guess what else is in them (BREACH), so those are not packed.
 */
const isOpenedByAnotherSite = ({ headers }: IncomingMessage) => headers['sec-fetch-site'] === 'cross-site' && headers.cookie !== undefined

/** By brotli or gzip, from 1 KiB on. Files come packed from the build, and event streams say `no-transform`. */
const compress = compression({ filter: (request, response) => !isOpenedByAnotherSite(request) && compression.filter(request, response) })

export default defineEventHandler((event) => {
  // What changes something answers little. While a page is rendered it asks the API within this process.
  if (event.method === 'GET' && event.node.req instanceof IncomingMessage) compress(event.node.req, event.node.res, () => {})
})
