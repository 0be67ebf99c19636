// The package brings no types, and those of others bring Express's.
declare module 'compression' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  function compression(options?: { filter?: (request: IncomingMessage, response: ServerResponse) => boolean }): (request: IncomingMessage, response: ServerResponse, next: () => void) => void
  namespace compression {
    /** By the type of the content. */
    function filter(request: IncomingMessage, response: ServerResponse): boolean
  }
  export default compression
}
