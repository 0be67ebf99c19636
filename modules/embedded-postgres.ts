import { defineNuxtModule } from '@nuxt/kit'
import { startPostgres } from '#scripts/lib/postgres.ts'

/**
 * A database for the dev server where none is set. It belongs to the process that outlives Nitro's workers:
 * a new worker starts before the old one has closed.
 */
export default defineNuxtModule({
  meta: { name: 'embedded-postgres' },
  async setup(_options, nuxt) {
    if (!nuxt.options.dev || nuxt.options._prepare || process.env.DATABASE_URL) return
    const postgres = await startPostgres({ dataDir: '.data/postgres' })
    process.env.DATABASE_URL = postgres.url
    nuxt.hook('close', () => postgres.stop())
  },
})
