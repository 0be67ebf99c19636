import { expect, it } from 'vitest'
import { createCountComparer } from '#server/sync/health/compare.ts'

function setUp(counts: { clerk: number | Error, ours: number }) {
  let at = Date.parse('2026-03-10T14:00:00.000Z')
  let asked = 0
  const clerk = async () => {
    asked++
    if (counts.clerk instanceof Error) throw counts.clerk
    return counts.clerk
  }
  return {
    comparer: createCountComparer({ clerk, ours: async () => counts.ours, now: () => at, timeoutMs: 20 }),
    pass: (seconds: number) => at += seconds * 1000,
    asked: () => asked,
    counts,
  }
}

it('asks Clerk once a minute, however many ask', async () => {
  const { comparer, pass, asked } = setUp({ clerk: 5, ours: 5 })
  const answers = await Promise.all([comparer.get(5), comparer.get(5), comparer.get(5)])
  expect(answers[0]).toMatchObject({ state: 'known', clerk: 5, ours: 5, differsSince: null })
  pass(59)
  await comparer.get(5)
  expect(asked()).toBe(1)
  pass(2)
  await comparer.get(5)
  expect(asked()).toBe(2)
})

it('asks again soon when the counts differ, or ours has changed, and remembers since when they do', async () => {
  const { comparer, pass, asked, counts } = setUp({ clerk: 5, ours: 5 })
  await comparer.get(5)
  counts.ours = 4
  pass(6)
  expect(await comparer.get(4)).toMatchObject({ ours: 4, differsSince: '2026-03-10T14:00:06.000Z' })
  await comparer.get(4)
  expect(asked()).toBe(2)
  pass(6)
  expect(await comparer.get(4)).toMatchObject({ differsSince: '2026-03-10T14:00:06.000Z' })
  counts.ours = 5
  pass(6)
  expect(await comparer.get(5)).toMatchObject({ differsSince: null })
})

it('takes Clerk\'s silence for a fact', async () => {
  const failing = setUp({ clerk: new Error('fetch failed'), ours: 1 })
  expect(await failing.comparer.get(1)).toMatchObject({ state: 'unknown', failure: { code: 'silent', status: null } })
  const silent = createCountComparer({ clerk: () => new Promise(() => {}), ours: async () => 1, timeoutMs: 20 })
  expect(await silent.get(1)).toMatchObject({ state: 'unknown', failure: { code: 'silent' } })
})

it('does not make who only peeks wait, and asks once a minute for them', async () => {
  const { comparer, pass, asked } = setUp({ clerk: 5, ours: 4 })
  expect(comparer.peek()).toBeNull()
  await comparer.get(4)
  expect(comparer.peek()).toMatchObject({ clerk: 5, ours: 4 })
  pass(30)
  comparer.peek()
  expect(asked()).toBe(1)
  pass(31)
  comparer.peek()
  expect(asked()).toBe(2)
})
