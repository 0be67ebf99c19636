import { defineNitroPlugin } from 'nitropack/runtime'
import { closeDatabase } from '#db/client.ts'

/** The built server starts whole or not at all. Nitro swallows what a plugin throws, so it leaves by itself. */
export default defineNitroPlugin((nitro) => {
  const { problems } = checkEnv()
  if (problems.length > 0) {
    if (import.meta.dev) return
    console.error(`Rollcall cannot start.\n${problems.map(problem => `- ${problem}`).join('\n')}`)
    process.exit(1)
  }
  // Nitro notes what nobody caught and goes on, which for a port that is taken means for ever, serving no one.
  process.on('uncaughtException', (error) => {
    if (!('code' in error) || error.code !== 'EADDRINUSE') return
    console.error('This port is taken. Stop what runs there, or set PORT to another.')
    process.exit(1)
  })
  prepareDb().catch((error) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  })
  nitro.hooks.hook('close', () => closeDatabase(useDbPool()))
})
