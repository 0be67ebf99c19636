import { createServer } from 'node:http'
import { createApp, defineEventHandler, getHeader, readRawBody, toNodeListener } from 'h3'
import { Webhook } from 'standardwebhooks'
import * as v from 'valibot'
import type { Database } from '#db/client.ts'

const Event = v.object({ data: v.object({ id: v.string(), first_name: v.nullable(v.string()) }) })

export interface Baseline { url: string, close(): Promise<void> }

type Handle = (event: v.InferOutput<typeof Event>) => Promise<void>

/** A bare h3 server that verifies, and then does what is given. */
export async function startBaseline(secret: string, handle: Handle): Promise<Baseline> {
  const webhook = new Webhook(secret)
  const app = createApp().use(defineEventHandler(async (event) => {
    const body = await readRawBody(event) ?? ''
    webhook.verify(body, {
      'webhook-id': getHeader(event, 'svix-id') ?? '',
      'webhook-timestamp': getHeader(event, 'svix-timestamp') ?? '',
      'webhook-signature': getHeader(event, 'svix-signature') ?? '',
    })
    await handle(v.parse(Event, JSON.parse(body)))
    return { ok: true }
  }))
  const server = createServer(toNodeListener(app))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    close: () => new Promise((done) => {
      server.closeAllConnections()
      server.close(() => done())
    }),
  }
}

/** What the public guides do: look the user up, then update or insert, in a transaction. No order, no log, no notice. */
export const guideHandler = (db: Database): Handle => ({ data }) => db.$client.begin(async (sql) => {
  const [found] = await sql`select id from guide_users where id = ${data.id}`
  if (found) await sql`update guide_users set first_name = ${data.first_name} where id = ${data.id}`
  else await sql`insert into guide_users (id, first_name) values (${data.id}, ${data.first_name})`
}).then(() => {})
