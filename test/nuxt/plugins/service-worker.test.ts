import { afterEach, expect, it, vi } from 'vitest'
import plugin from '~~/plugins/service-worker.client'

const register = vi.fn(async () => {})
const start = async (connection?: { saveData: boolean }) => {
  vi.stubGlobal('navigator', Object.assign(Object.create(navigator), { serviceWorker: { register }, connection }))
  const app = useNuxtApp()
  await app.runWithContext(() => plugin(app))
  await new Promise(done => setTimeout(done, 50))
}
afterEach(() => {
  vi.unstubAllGlobals()
  register.mockClear()
})

it('registers the service worker when the page is idle', async () => {
  await start({ saveData: false })
  expect(register.mock.calls).toEqual([['/sw.js']])
})

it('does not where the reader saves data', async () => {
  await start({ saveData: true })
  expect(register).not.toHaveBeenCalled()
})

it('is silent where the browser refuses it', async () => {
  register.mockRejectedValueOnce(new Error('refused'))
  await start()
  expect(register).toHaveBeenCalledTimes(1)
})
