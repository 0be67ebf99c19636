import { defineEventHandler, getRequestHeader } from 'h3'
import { useEnv } from '#server/env.ts'
import { useForwarded } from '#server/parts.ts'

/** Notes a header that only a proxy should write, where none is trusted. In development Nuxt's own proxy writes it. */
export default defineEventHandler((event) => {
  if (import.meta.dev || useEnv().TRUSTED_PROXIES > 0) return
  if (getRequestHeader(event, 'x-forwarded-for') !== undefined) useForwarded().note()
})
