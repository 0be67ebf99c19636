import { CronPattern } from 'croner'
import * as v from 'valibot'
import { readAddress } from '#db/address.ts'

function isCron(pattern: string): boolean {
  try {
    new CronPattern(pattern)
    return true
  }
  catch {
    return false
  }
}

const isUrl = (text: string, protocols: string[]) => {
  try {
    return protocols.includes(new URL(text).protocol)
  }
  catch {
    return false
  }
}

const url = (message: string, ...protocols: string[]) => v.pipe(v.string(message), v.check(text => isUrl(text, protocols), message))

/** Several values separated by commas; blanks between them do not count. */
const list = (message: string) => v.pipe(
  v.string(message),
  v.transform(text => text.split(',').map(part => part.trim()).filter(part => part !== '')),
  v.minLength(1, message),
)

const postgresProtocols = ['postgres:', 'postgresql:']

/** Whether the driver can use what is an address of Postgres, with its TLS. */
function isUsable(address: string): boolean {
  try {
    return !isUrl(address, postgresProtocols) || readAddress(address) !== null
  }
  catch {
    return false
  }
}

const database = (message: string, name: string) => v.pipe(
  url(message, ...postgresProtocols),
  v.check(isUsable, `${name} has an sslmode that libpq does not know, or an sslrootcert that cannot be read.`),
)
const DatabaseUrl = database('Set DATABASE_URL to your Postgres, such as postgres://user:password@host:5432/rollcall.', 'DATABASE_URL')

const PublishableKey = v.pipe(
  v.string('Set NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: Clerk dashboard, API keys.'),
  v.regex(/^pk_(?:test|live)_/, 'NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY begins with pk_test_ or pk_live_: Clerk dashboard, API keys.'),
)

const SecretKey = v.pipe(
  v.string('Set NUXT_CLERK_SECRET_KEY: Clerk dashboard, API keys.'),
  v.regex(/^sk_(?:test|live)_/, 'NUXT_CLERK_SECRET_KEY begins with sk_test_ or sk_live_: Clerk dashboard, API keys.'),
)

const secretMessage = 'Set NUXT_CLERK_WEBHOOK_SIGNING_SECRET (several, separated by commas, while you rotate): Clerk dashboard, Webhooks, your endpoint, Signing Secret. Each begins with whsec_.'
export const SigningSecrets = v.pipe(list(secretMessage), v.everyItem(secret => /^whsec_[A-Za-z0-9+/]+=*$/.test(secret), secretMessage))

const siteMessage = 'Set NUXT_SITE_URL to this app\'s own origins, separated by commas, such as https://rollcall.example. Sessions made for another origin are refused.'
const SiteUrls = v.pipe(
  list(siteMessage),
  v.everyItem(text => isUrl(text, ['http:', 'https:']), siteMessage),
  v.transform(urls => urls.map(text => new URL(text).origin)),
)

const whole = (message: string, min: number) => v.pipe(v.string(), v.regex(/^\d{1,9}$/, message), v.transform(Number), v.minValue(min, message))

const decimal = (message: string) => v.pipe(v.string(), v.regex(/^\d{1,6}(?:\.\d{1,3})?$/, message), v.transform(Number))

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export const LogLevel = v.optional(v.picklist(logLevels, `LOG_LEVEL is ${logLevels.join(', ')}.`), 'info')

/** What the server needs to run. Every message says which variable is wrong and how to get it. */
export const ServerEnv = v.object({
  DATABASE_URL: DatabaseUrl,
  DATABASE_DIRECT_URL: v.optional(database('DATABASE_DIRECT_URL is the address of Postgres itself, where DATABASE_URL is a pooler\'s.', 'DATABASE_DIRECT_URL')),
  DATABASE_READ_URL: v.optional(database('DATABASE_READ_URL is the address of a streaming replica of DATABASE_URL, for public reads; leave it out without one.', 'DATABASE_READ_URL')),
  NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: PublishableKey,
  NUXT_CLERK_SECRET_KEY: SecretKey,
  NUXT_CLERK_WEBHOOK_SIGNING_SECRET: v.optional(SigningSecrets),
  NUXT_SITE_URL: SiteUrls,
  NUXT_CLERK_API_URL: v.optional(url('NUXT_CLERK_API_URL is the address of a Clerk elsewhere; leave it out for Clerk itself.', 'http:', 'https:')),
  RETENTION_DAYS: v.optional(whole('RETENTION_DAYS is a whole number of days, 1 or more.', 1), '30'),
  RECONCILE_MAX_DELETE: v.optional(whole('RECONCILE_MAX_DELETE is a whole number of users.', 0)),
  RECONCILE_CRON: v.optional(v.pipe(v.string(), v.check(text => text === 'off' || isCron(text), 'RECONCILE_CRON is a schedule as cron writes it, in UTC, such as 0 4 * * *, or off.'))),
  SYNC_CHECK_SECONDS: v.optional(whole('SYNC_CHECK_SECONDS is a whole number of seconds between two checks, or 0 for none.', 0), '60'),
  LIVE_STREAMS_PER_CLIENT: v.optional(whole('LIVE_STREAMS_PER_CLIENT is a whole number of open pages for one address, 1 or more.', 1), '50'),
  LIVE_STREAMS: v.optional(whole('LIVE_STREAMS is a whole number of streams that one instance holds open, 1 or more.', 1), '10000'),
  TRUSTED_PROXIES: v.optional(whole('TRUSTED_PROXIES is how many proxies stand before the app, each of which adds to X-Forwarded-For; 0 for none.', 0), '0'),
  RATE_LIMIT_FACTOR: v.optional(decimal('RATE_LIMIT_FACTOR is a number by which the limits of writes and searches are multiplied: 1 as they are, 0 for none.'), '1'),
  LOG_LEVEL: LogLevel,
  LIVE: v.optional(v.picklist(['on', 'off'], 'LIVE is on, or off for a host whose processes do not stay.'), 'on'),
  CRON_TOKEN: v.optional(v.pipe(v.string(), v.minLength(16, 'CRON_TOKEN has 16 characters at least.'))),
  OTEL_EXPORTER_OTLP_ENDPOINT: v.optional(url('OTEL_EXPORTER_OTLP_ENDPOINT is where traces go, such as http://localhost:4318.', 'http:', 'https:')),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: v.optional(url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is where traces go, such as http://localhost:4318/v1/traces.', 'http:', 'https:')),
  OTEL_SDK_DISABLED: v.pipe(v.optional(v.string(), 'false'), v.transform(text => text.toLowerCase() === 'true')),
  METRICS_TOKEN: v.optional(v.pipe(v.string(), v.minLength(16, 'METRICS_TOKEN has 16 characters at least.'))),
})
export type ServerEnv = v.InferOutput<typeof ServerEnv>

/** The same, where one variable depends on another: with the check off, webhooks are all there is. */
export const CompleteEnv = v.pipe(ServerEnv, v.forward(
  v.check(env => env.SYNC_CHECK_SECONDS > 0 || env.NUXT_CLERK_WEBHOOK_SIGNING_SECRET !== undefined, secretMessage),
  ['NUXT_CLERK_WEBHOOK_SIGNING_SECRET'],
))

/**
 * The variables as the process has them, each one named, so that a missing one is reported in its own words.
 * Empty counts as unset, and the guide's name for the signing secret is taken too.
 */
export function readEnv(env: Record<string, string | undefined>): Record<string, string | undefined> {
  const value = (name: string) => env[name]?.trim() || undefined
  const known = Object.fromEntries(Object.keys(ServerEnv.entries).map(name => [name, value(name)]))
  return { ...known, NUXT_CLERK_WEBHOOK_SIGNING_SECRET: known.NUXT_CLERK_WEBHOOK_SIGNING_SECRET ?? value('CLERK_WEBHOOK_SIGNING_SECRET') }
}

/** One line for each variable that is missing or wrong. */
export const envProblems = (issues: readonly v.BaseIssue<unknown>[]): string[] => [...new Set(issues.map(issue => issue.message))]
