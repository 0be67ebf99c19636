import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { LRUCache } from 'lru-cache'
import { CLOCK_TICK_MS } from '#shared/utils/clock.ts'
import type { SharedAnswersCounts } from './sync/health/metrics.ts'

/** What is kept takes no more than this. */
const BYTES_AT_MOST = 64 * 2 ** 20
/** An entry with its key takes so many bytes beside its body. */
const ENTRY_BYTES = 1_024
/** Who asks joins a read that began so long ago at most, ms; a read that takes longer than the other is not waited for. */
const JOINED_MS = 1_000
const WAITED_MS = 10_000
/** Less is not worth packing, as in `compression`. */
const PACKED_FROM_BYTES = 1_024

const pack = {
  br: (body: Buffer) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (body: Buffer) => promisify(gzip)(body),
}
export type Packing = keyof typeof pack

/** An answer as bytes, for anyone. */
export interface SharedAnswer {
  status: number
  headers: [name: string, value: string][]
  body: Buffer
  /** Packed when it is first asked for; undefined for a body that is too small. */
  packed(how: Packing): Promise<Buffer> | undefined
}

export interface SharedAnswers {
  /**
   * An answer that is no older than the latest notice, nor than two seconds: one that is kept, or a read that has just
   * begun, or a new one. One read of a key is under way at a time; who may not join it waits for the next.
   * @param key what is asked for; bounded in number by those who ask
   * @param read of what is the same for everyone
   */
  get(key: string, read: () => Promise<SharedAnswer>): Promise<SharedAnswer>
  /** Something changed, or may have: nothing that was read until now is given to anyone who asks from now on. */
  forget(): void
  counts(): SharedAnswersCounts
}

/** @param headers without those of packing */
export function toSharedAnswer(status: number, headers: [string, string][], body: Buffer): SharedAnswer {
  const packings = new Map<Packing, Promise<Buffer>>()
  return {
    status,
    headers,
    body,
    packed(how) {
      if (body.length < PACKED_FROM_BYTES) return
      const packing = packings.get(how) ?? pack[how](body)
      packings.set(how, packing)
      return packing
    },
  }
}

interface Read { answer: Promise<SharedAnswer>, generation: number, beganAt: number, next?: Promise<SharedAnswer> }

/**
 * Answers that are the same for all guests of one language, kept while nothing public changes, and for 30 s at most: a page
 * says how long ago something was, and so its clock ticks as that of an open page does.
 * @param hears whether every change until two seconds ago has been heard; nothing is kept or given from memory otherwise
 */
export function createSharedAnswers(hears: () => boolean): SharedAnswers {
  // Packed in both ways it takes no more than as it is.
  const kept = new LRUCache<string, SharedAnswer>({ maxSize: BYTES_AT_MOST, sizeCalculation: ({ body }) => 2 * body.length + ENTRY_BYTES, ttl: CLOCK_TICK_MS })
  const reads = new Map<string, Read>()
  const counts = { kept: 0, joined: 0, read: 0 }
  /** Advanced by every change. */
  let generation = 0

  function begin(key: string, read: () => Promise<SharedAnswer>): Promise<SharedAnswer> {
    const heard = hears()
    const running: Read = { generation, beganAt: performance.now(), answer: read().finally(() => {
      if (reads.get(key) === running) reads.delete(key)
    }) }
    reads.set(key, running)
    counts.read++
    return running.answer.then((answer) => {
      if (heard && running.generation === generation && answer.status === 200) kept.set(key, answer)
      return answer
    })
  }

  function get(key: string, read: () => Promise<SharedAnswer>): Promise<SharedAnswer> {
    const known = hears() ? kept.get(key) : undefined
    if (known) {
      counts.kept++
      return Promise.resolve(known)
    }
    const running = reads.get(key)
    const age = running ? performance.now() - running.beganAt : Infinity
    if (!running || age > WAITED_MS) return begin(key, read)
    counts.joined++
    if (running.generation === generation && age <= JOINED_MS) return running.answer
    return running.next ??= running.answer.catch(() => {}).then(() => get(key, read))
  }

  return {
    get,
    forget() {
      generation++
      kept.clear()
    },
    counts: () => ({ ...counts, bytes: kept.calculatedSize }),
  }
}
