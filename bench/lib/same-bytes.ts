import { createServer } from 'node:http'
import * as v from 'valibot'

/* A bare server that answers every request by the same bytes: forked by a bench, which sends them. */
const Answer = v.object({ headers: v.record(v.string(), v.string()), body: v.string() })

process.once('message', (message) => {
  const { headers, body } = v.parse(Answer, message)
  const bytes = Buffer.from(body, 'base64')
  const server = createServer((_, response) => response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes))
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.send?.({ url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` })
  })
})
