import { join } from 'node:path'
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
    const postgres = await startPostgres({ dataDir: join(process.env.ROLLCALL_TEST_DATA ?? '.data', 'postgres') })
    // Not DATABASE_URL: where .env has it empty, Nitro reads that again and would take this for gone.
    process.env.EMBEDDED_DATABASE_URL = postgres.url
    nuxt.hook('close', () => postgres.stop())
  },
})
