import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SharedAnswer } from '#server/shared-answers.ts'
import { createSharedAnswers, toSharedAnswer } from '#server/shared-answers.ts'

const answer = (text: string, status = 200) => toSharedAnswer(status, [], Buffer.from(text))

/** Reads that end when the test says so. */
function createReads() {
  const open: ((answer: SharedAnswer) => void)[] = []
  return {
    read: () => new Promise<SharedAnswer>(done => void open.push(done)),
    begun: () => open.length,
    end: (index: number, given: SharedAnswer) => open[index]?.(given),
  }
}
const text = async (answer: Promise<SharedAnswer>) => (await answer).body.toString()

describe('what guests share', () => {
  let hears = true
  beforeEach(() => {
    hears = true
  })
  afterEach(() => void vi.useRealTimers())

  it('is read once by all who ask at the same time, and then kept', async () => {
    const [shared, reads] = [createSharedAnswers(() => hears), createReads()]
    const asked = [1, 2, 3].map(() => shared.get('a', reads.read))
    reads.end(0, answer('one'))
    expect(await Promise.all(asked.map(text))).toEqual(['one', 'one', 'one'])
    expect(await text(shared.get('a', reads.read))).toBe('one')
    expect(reads.begun()).toBe(1)
    expect(shared.counts()).toMatchObject({ read: 1, joined: 2, kept: 1 })
  })

  it('is not kept when something changed after its read began; who asks after the change waits for one new read', async () => {
    const [shared, reads] = [createSharedAnswers(() => hears), createReads()]
    const before = shared.get('a', reads.read)
    shared.forget()
    const after = [1, 2].map(() => shared.get('a', reads.read))
    expect(reads.begun()).toBe(1)
    reads.end(0, answer('old'))
    expect(await text(before)).toBe('old')
    await vi.waitFor(() => expect(reads.begun()).toBe(2))
    const joins = shared.get('a', reads.read)
    reads.end(1, answer('new'))
    expect(await Promise.all([...after, joins].map(text))).toEqual(['new', 'new', 'new'])
    expect(await text(shared.get('a', reads.read))).toBe('new')
    expect(reads.begun()).toBe(2)
  })

  it('is neither kept nor given from memory while nothing is heard', async () => {
    const [shared, read] = [createSharedAnswers(() => hears), vi.fn(async () => answer('now'))]
    await shared.get('a', read)
    hears = false
    await shared.get('a', read)
    await shared.get('b', read)
    hears = true
    await shared.get('b', read)
    expect(read).toHaveBeenCalledTimes(4)
  })

  it('is an error for all who waited, and asked for anew after it', async () => {
    const [shared, read] = [createSharedAnswers(() => hears), vi.fn(async () => answer('failed', 500))]
    expect((await Promise.all([shared.get('a', read), shared.get('a', read)])).map(({ status }) => status)).toEqual([500, 500])
    await shared.get('a', read)
    expect(read).toHaveBeenCalledTimes(2)
    await expect(shared.get('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await text(shared.get('b', async () => answer('again')))).toBe('again')
  })

  it('is not joined a second after its read began, when nothing is heard', async () => {
    hears = false
    const [shared, reads] = [createSharedAnswers(() => hears), createReads()]
    vi.useFakeTimers({ toFake: ['performance'] })
    void shared.get('a', reads.read)
    vi.advanceTimersByTime(1_001)
    const late = shared.get('a', reads.read)
    reads.end(0, answer('old'))
    await vi.waitFor(() => expect(reads.begun()).toBe(2))
    reads.end(1, answer('new'))
    expect(await text(late)).toBe('new')
  })

  it('takes 64 MB at most, the least used goes first', async () => {
    const shared = createSharedAnswers(() => hears)
    const body = 'x'.repeat(2 ** 20)
    const read = vi.fn(async () => answer(body))
    for (let index = 0; index < 100; index++) {
      await shared.get(`${index}`, read)
      await shared.get('0', read)
    }
    expect(read).toHaveBeenCalledTimes(100)
    expect(shared.counts().bytes).toBeLessThanOrEqual(64 * 2 ** 20)
    expect(shared.counts().bytes).toBeGreaterThan(60 * 2 ** 20)
  })

  it('is packed once for each way, and not when it is small', async () => {
    const large = answer('abc'.repeat(1_000))
    expect(await large.packed('br')).toBe(await large.packed('br'))
    expect((await large.packed('gzip'))?.length).toBeLessThan(100)
    expect(answer('small').packed('gzip')).toBeUndefined()
  })
})
