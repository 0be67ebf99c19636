import { defineNitroPlugin } from 'nitropack/runtime'
import { logConsole } from '../log/console.ts'
import { followRequest } from '../log/requests.ts'

/** The first plugin: what others write is logged. */
export default defineNitroPlugin((nitro) => {
  if (!import.meta.dev) logConsole()
  nitro.hooks.hook('request', followRequest)
})
