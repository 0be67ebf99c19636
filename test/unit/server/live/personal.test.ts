import { expect, it, vi } from 'vitest'
import { createPersonal } from '#server/live/personal.ts'

const heard = (frames: Buffer[]) => frames.map(frame => JSON.parse(String(frame).slice('data: '.length)))
const notice = (...users: string[]) => JSON.stringify({ users })

it('asks for those who have a stream alone, once for what comes meanwhile, and writes to all of theirs', async () => {
  const asked: string[] = []
  const personal = createPersonal(async id => asked.push(id), () => {})
  const [one, two, other]: Buffer[][] = [[], [], []]
  const leave = personal.subscribe('ada', frame => one?.push(frame))
  personal.subscribe('ada', frame => two?.push(frame))
  personal.subscribe('ben', frame => other?.push(frame))
  personal.hear(notice('ada', 'cleo'))
  personal.hear(notice('ada'))
  personal.hear(notice('ada'))
  personal.hear('not JSON')
  await vi.waitFor(() => expect(asked).toEqual(['ada', 'ada']))
  expect(heard(one ?? [])).toEqual([1, 2].map(unread => ({ type: 'notifications', userId: 'ada', unread })))
  expect(two).toEqual(one)
  expect(other).toEqual([])

  leave()
  personal.hear(notice('ada'))
  await vi.waitFor(() => expect(two).toHaveLength(3))
  expect(one).toHaveLength(2)
})

it('tells a person whose count does not come to ask again, and goes on', async () => {
  const errors: unknown[] = []
  const personal = createPersonal(id => id === 'ada' ? Promise.reject(new Error('down')) : Promise.resolve(3), error => errors.push(error))
  const frames: Buffer[] = []
  for (const id of ['ada', 'ben']) personal.subscribe(id, frame => frames.push(frame))
  personal.hear(notice('ada', 'ben'))
  await vi.waitFor(() => expect(heard(frames)).toEqual([{ type: 'catch-up', withinMs: 5_000 }, { type: 'notifications', userId: 'ben', unread: 3 }]))
  expect(errors).toHaveLength(1)
})
