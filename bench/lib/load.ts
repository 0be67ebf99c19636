import { Agent, request } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { signedHeaders } from '#scripts/lib/delivery.ts'

export interface SignedDelivery { body: string, headers: Record<string, string> }

/** Deliveries signed beforehand, so that signing does not count. */
export function signDeliveries(secret: string, events: object[]): SignedDelivery[] {
  const at = new Date()
  const webhook = new Webhook(secret)
  return events.map((event, index) => {
    const body = JSON.stringify(event)
    const id = `msg_bench_${at.getTime()}_${index}`
    return {
      body,
      headers: { ...signedHeaders(webhook, body, { id, at }), 'content-length': String(Buffer.byteLength(body)) },
    }
  })
}

/**
 * Sends every delivery once, over this many connections.
 * @returns deliveries a second
 * @throws when one is not answered 200
 */
export async function measure(url: string, deliveries: SignedDelivery[], connections: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let next = 0
  const began = performance.now()
  await Promise.all(Array.from({ length: connections }, async () => {
    for (let one = deliveries[next++]; one; one = deliveries[next++]) {
      const status = await post(url, one, agent)
      if (status !== 200) throw new Error(`${url} answered ${status}.`)
    }
  }))
  agent.destroy()
  return deliveries.length / (performance.now() - began) * 1000
}

function post(url: string, { body, headers }: SignedDelivery, agent: Agent): Promise<number> {
  return new Promise((done, fail) => {
    const sent = request(url, { method: 'POST', headers, agent }, (response) => {
      response.resume()
      response.once('end', () => done(response.statusCode ?? 0))
    })
    sent.once('error', fail)
    sent.end(body)
  })
}

export function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
