import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import { createApp, defineEventHandler, getHeader, readRawBody, toNodeListener } from 'h3'
import { Webhook } from 'standardwebhooks'
import * as v from 'valibot'
import { openDatabase } from '#db/client.ts'

/*
 * What a delivery is held against, each in a process of its own, as the app is:
 * `node bench/lib/baselines.ts bare|guides <whsec_…> <database>`
 */
const [which, secret = '', databaseUrl = ''] = process.argv.slice(2)

/** A bare Node server: it checks the signature and parses, and that is all. https://docs.svix.com/receiving/verifying-payloads/how-manual */
function bare(): RequestListener {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  return (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature } = request.headers
      const expected = createHmac('sha256', key).update(`${String(id)}.${String(timestamp)}.${body}`).digest()
      const given = Buffer.from(String(signature).slice('v1,'.length), 'base64')
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return response.writeHead(400).end()
      const event: unknown = JSON.parse(body)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: event !== null }))
    })
  }
}

const Event = v.object({ data: v.object({
  id: v.string(),
  first_name: v.nullable(v.string()),
  last_name: v.nullable(v.string()),
  image_url: v.string(),
  email_addresses: v.array(v.object({ email_address: v.string() })),
}) })

/** What the public guides do: look the user up, then update or insert, in a transaction. No order, no log, no notice. */
async function guides(): Promise<RequestListener> {
  const webhook = new Webhook(secret)
  const { $client } = openDatabase(databaseUrl)
  await $client`create table guide_users (id text primary key, email text, first_name text, last_name text, image_url text)`
  return toNodeListener(createApp().use(defineEventHandler(async (event) => {
    const body = await readRawBody(event) ?? ''
    webhook.verify(body, {
      'webhook-id': getHeader(event, 'svix-id') ?? '',
      'webhook-timestamp': getHeader(event, 'svix-timestamp') ?? '',
      'webhook-signature': getHeader(event, 'svix-signature') ?? '',
    })
    const { data } = v.parse(Event, JSON.parse(body))
    const user = { id: data.id, email: data.email_addresses[0]?.email_address ?? null, first_name: data.first_name, last_name: data.last_name, image_url: data.image_url }
    await $client.begin(async (sql) => {
      const [found] = await sql`select id from guide_users where id = ${user.id}`
      if (found) await sql`update guide_users set ${sql(user)} where id = ${user.id}`
      else await sql`insert into guide_users ${sql(user)}`
    })
    return { ok: true }
  })))
}

const server = createServer(which === 'bare' ? bare() : await guides())
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` })
})
process.on('disconnect', () => process.exit())
