import { setTimeout as sleep } from 'node:timers/promises'
import { deliver } from '#scripts/lib/delivery.ts'

export interface Message { id: string, body: string }

/**
 * Sends as Svix does: at least once, several in flight, tried again until there is a 2xx. Only its waits are shorter.
 */
export function createSender({ url, secret, inFlight, retryMs }: { url: string, secret: string, inFlight: number, retryMs: number }) {
  const answered = new Set<string>()
  const statuses = new Map<number | 'no answer', number>()
  let gate = Promise.withResolvers<null>()
  gate.resolve(null)
  let attempting = 0
  let slowestMs = 0

  async function attempt({ id, body }: Message): Promise<boolean> {
    attempting++
    const started = performance.now()
    const status = await deliver(url, secret, body, { id }).then(async (answer) => {
      await answer.arrayBuffer()
      return answer.status
    }).catch(() => 'no answer' as const)
    attempting--
    slowestMs = Math.max(slowestMs, performance.now() - started)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    return typeof status === 'number' && status >= 200 && status < 300
  }

  async function sendUntilAnswered(message: Message) {
    for (;;) {
      await gate.promise
      if (await attempt(message)) break
      await sleep(retryMs)
    }
    answered.add(message.id)
  }

  return {
    /** The ids that got a 2xx so far. */
    answered,
    /** How often each status was the answer. */
    statuses,
    /** The longest wait for an answer. */
    slowestMs: () => slowestMs,
    /** Resolves when each has got its 2xx. */
    async send(messages: Message[]): Promise<void> {
      const left = messages.values()
      await Promise.all(Array.from({ length: inFlight }, async () => {
        for (const message of left) await sendUntilAnswered(message)
      }))
    },
    /** Begins no further attempt, and waits for those on their way. */
    async pause() {
      gate = Promise.withResolvers<null>()
      while (attempting > 0) await sleep(5)
      await sleep(0)
    },
    resume: () => gate.resolve(null),
  }
}
