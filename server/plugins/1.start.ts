import { defineNitroPlugin } from 'nitropack/runtime'
import { closeDatabase } from '../../db/client.ts'

/** The built server starts whole or not at all. Nitro swallows what a plugin throws, so it leaves by itself. */
export default defineNitroPlugin((nitro) => {
  const { problems } = checkEnv()
  if (problems.length > 0) {
    if (import.meta.dev) return
    console.error(`Rollcall cannot start.\n${problems.map(problem => `- ${problem}`).join('\n')}`)
    process.exit(1)
  }
  prepareDb().catch((error) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  })
  nitro.hooks.hook('close', () => closeDatabase(useDbPool()))
})
