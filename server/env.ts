import * as v from 'valibot'
import { hostOf } from '#shared/utils/host.ts'
import type { ServerEnv } from './schemas/env.ts'
import { CompleteEnv, envProblems, readEnv } from './schemas/env.ts'

type Checked = { env: ServerEnv, problems: [] } | { env: null, problems: string[] }

let checked: Checked | undefined

/** Seconds between two checks in development, where no webhook may reach. */
const DEV_CHECK_SECONDS = '10'

/** The environment, parsed once. In development nothing but the keys of Clerk and the database has to be set. */
export function checkEnv(): Checked {
  if (checked) return checked
  const inDev = import.meta.dev
    ? {
        // The second is of modules/embedded-postgres.ts.
        DATABASE_URL: process.env.DATABASE_URL || process.env.EMBEDDED_DATABASE_URL,
        NUXT_SITE_URL: devOrigins(),
        SYNC_CHECK_SECONDS: process.env.SYNC_CHECK_SECONDS || DEV_CHECK_SECONDS,
      }
    : {}
  const result = v.safeParse(CompleteEnv, readEnv({ ...process.env, ...inDev }))
  checked = result.success ? { env: result.output, problems: [] } : { env: null, problems: envProblems(result.issues) }
  return checked
}

/** @throws when the environment is not usable; the server has said so at its start */
export function useEnv(): ServerEnv {
  const { env, problems } = checkEnv()
  if (!env) throw new Error(problems.join('\n'))
  return env
}

function devOrigins(): string {
  const host = hostOf(process.env.NGROK_HOST)
  const port = process.env.NUXT_PORT ?? process.env.PORT ?? '3000'
  return [process.env.NUXT_SITE_URL, `http://localhost:${port}`, `http://127.0.0.1:${port}`, host && `https://${host}`]
    .filter(Boolean).join(',')
}
