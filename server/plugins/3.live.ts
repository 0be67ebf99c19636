import { defineNitroPlugin } from 'nitropack/runtime'

/** Nitro waits for open connections before its own `close` hook, so the streams end with the signal. */
export default defineNitroPlugin(() => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void closeStreams())
})
