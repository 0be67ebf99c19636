import type { H3Event } from 'h3'

/**
 * The body as text, counted while it streams, so that a large one is never held.
 * It is kept where h3's `readRawBody` looks for it.
 * @param maxBytes a larger body is 413
 */
export async function readLimitedBody(event: H3Event, maxBytes: number): Promise<string> {
  const body = await collect(event, maxBytes)
  event._requestBody = body
  return body.toString('utf8')
}

/** Uses listeners, because leaving a `for await` early destroys the socket, and the answer with it. */
function collect(event: H3Event, maxBytes: number): Promise<Buffer<ArrayBuffer>> {
  const request = event.node.req
  return new Promise((done, fail) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) return void chunks.push(chunk)
      chunks.length = 0
      event.node.res.setHeader('connection', 'close')
      fail(apiError(413, `The body is larger than ${maxBytes / 1024} KiB.`))
    })
    request.once('end', () => done(Buffer.concat(chunks)))
    request.once('error', fail)
  })
}
