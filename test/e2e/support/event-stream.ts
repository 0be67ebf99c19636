import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { LiveMessageSchema } from '#shared/schemas/live.ts'
import type { LiveMessage } from '#shared/types/live.ts'

export interface EventStream {
  messages: LiveMessage[]
  /** Everything that came, as text. */
  raw(): string
  /** Resolves with the first message that fits, those that came already included. */
  next(fits: (message: LiveMessage) => boolean, timeoutMs?: number): Promise<LiveMessage>
  /** Resolves when the server ended the stream. */
  ended: Promise<void>
  close(): void
}

/** Opens `GET /api/live`, and resolves once it is open. @param session of a member, who hears of more people than a guest */
export async function openEventStream(url: string, session?: string): Promise<EventStream> {
  const abort = new AbortController()
  const response = await fetch(`${url}/api/live`, { signal: abort.signal, headers: session ? { authorization: `Bearer ${session}` } : {} })
  if (!response.ok || !response.body) throw new Error(`The stream answered ${response.status}.`)
  const messages: LiveMessage[] = []
  let text = ''
  let read = 0
  let opened = () => {}
  const open = new Promise<void>(done => opened = done)

  async function follow(body: ReadableStream<Uint8Array>) {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of body) {
        text += decoder.decode(chunk, { stream: true })
        for (let end = text.indexOf('\n\n', read); end >= 0; end = text.indexOf('\n\n', read)) {
          const block = text.slice(read, end)
          read = end + 2
          if (block.includes('event: audience')) opened()
          else if (!block.startsWith('event:')) messages.push(v.parse(LiveMessageSchema, JSON.parse(block.replace(/^data: /gm, ''))))
        }
      }
    }
    catch (error) {
      if (!abort.signal.aborted) console.warn(error)
    }
  }
  const ended = follow(response.body)
  await open
  return {
    messages,
    raw: () => text,
    ended,
    async next(fits, timeoutMs = 5_000) {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        const found = messages.find(fits)
        if (found) return found
        if (Date.now() > deadline) throw new Error(`No such message came within ${timeoutMs} ms; these did: ${JSON.stringify(messages)}`)
        await sleep(5)
      }
    },
    close: () => abort.abort(),
  }
}
