import * as v from 'valibot'
import { ClerkUser, Instance, isFuture, ListedUser, UserCount } from '#server/schemas/clerk.ts'
import type { ClerkFailure } from '#shared/types/sync.ts'

const TIMEOUT_MS = 10_000
const API_URL = 'https://api.clerk.com'
/** The version of the Backend API that the schemas are made for. */
const API_VERSION = '2026-05-12'

/** Clerk's Backend API gave no usable answer. */
export class ClerkError extends Error {
  override name = 'ClerkError'
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null
  /** How long Clerk asks to wait (`Retry-After`), ms; null when it does not say. */
  readonly retryAfterMs: number | null

  constructor(message: string, { status = null, retryAfterMs = null, cause }: { status?: number | null, retryAfterMs?: number | null, cause?: unknown } = {}) {
    super(message, { cause })
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}

/** Clerk was not asked, or its answer not waited for, because the time was up. */
export class OutOfTimeError extends ClerkError {
  override name = 'OutOfTimeError'
}

/** A reader that throws OutOfTimeError once the signal has come, also from a call that is under way. */
export function untilSignal(reader: ClerkReader, signal: AbortSignal): ClerkReader {
  const outOfTime = () => new OutOfTimeError('Clerk did not answer in the time that there was.')
  function bound<T>(call: () => Promise<T>): Promise<T> {
    return new Promise((done, fail) => {
      if (signal.aborted) return fail(outOfTime())
      const stop = () => fail(outOfTime())
      signal.addEventListener('abort', stop, { once: true })
      call().then(done, fail).finally(() => signal.removeEventListener('abort', stop))
    })
  }
  return {
    user: id => bound(() => reader.user(id)),
    list: query => bound(() => reader.list(query)),
    count: created => bound(() => reader.count(created)),
    instance: () => bound(() => reader.instance()),
  }
}

/** Why a call of the Backend API failed. */
export function clerkFailureOf(error: unknown): ClerkFailure {
  const status = error instanceof ClerkError ? error.status : null
  if (status === null) return { code: 'silent', status }
  return { code: status === 401 ? 'unauthorized' : status === 429 ? 'rate-limited' : 'status', status }
}

/** Which users, and in what order. Times are ms since 1970. */
export interface ListQuery {
  orderBy: '+created_at' | '-updated_at'
  /** 1 to 500 */
  limit: number
  offset?: number
  createdAfter?: number
  createdBefore?: number
  /** Only these, 100 at most. */
  ids?: string[]
  /** Clerk's cursor: the id of the last user of the page before. Only by `+created_at`, without an offset, with all else unchanged. */
  startingAfter?: string
}

type Query = Record<string, string | number | string[] | undefined>

/** One page of Clerk's users. */
export interface ClerkPage {
  users: ClerkUser[]
  /** All whom Clerk sent, in its order, the unusable ones too, with when they were created, ISO 8601, where that can be read. */
  listed: { id: string, createdAt: string | null }[]
  /** Users that cannot be used (a NUL in a name, a change dated more than 5 minutes ahead), with when Clerk last changed them, ISO 8601, where that can be read. */
  unusable: { id: string, updatedAt: string | null }[]
  /** Clerk's clock when it answered (the `Date` header, whole seconds), ISO 8601. */
  date: string
}

/** What we read of Clerk's Backend API, each answer parsed. Never used on a read by a person. All throw ClerkError. */
export interface ClerkReader {
  /** One user, null when Clerk says 404, and Clerk's clock when it answered, ISO 8601. */
  user(id: string): Promise<{ user: ClerkUser | null, date: string }>
  list(query: ListQuery): Promise<ClerkPage>
  /** How many users Clerk has, or those created after and before. ms since 1970 */
  count(created?: Pick<ListQuery, 'createdAfter' | 'createdBefore'>): Promise<number>
  /** The instance that the secret key belongs to, `ins_…`. */
  instance(): Promise<string>
}

/**
 * Reads by plain requests: the SDK has no `starting_after`, asks for the count with each list, and drops the `Date` header.
 * @param options.apiUrl for a Clerk elsewhere, as in the demo
 * @param options.timeoutMs for one call
 */
export function createClerkReader({ secretKey, apiUrl = API_URL, timeoutMs = TIMEOUT_MS }: { secretKey: string, apiUrl?: string, timeoutMs?: number }): ClerkReader {
  async function get(path: string, query: Query = {}) {
    const url = new URL(`/v1${path}`, apiUrl)
    for (const [name, value] of Object.entries(query)) for (const one of [value ?? []].flat()) url.searchParams.append(name, String(one))
    try {
      const answer = await fetch(url, {
        headers: { 'authorization': `Bearer ${secretKey}`, 'clerk-api-version': API_VERSION },
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      })
      const text = await answer.text()
      return { answer, body: answer.ok ? parseJson(text) : null }
    }
    catch (error) {
      throw error instanceof ClerkError ? error : new ClerkError(`Clerk did not answer ${path}.`, { cause: error })
    }
  }

  async function read<T>(path: string, schema: v.GenericSchema<unknown, T>, query?: Query) {
    const { answer, body } = await get(path, query)
    if (!answer.ok) throw refusal(path, answer)
    return { value: parse(path, schema, body), date: dateOf(answer) }
  }

  return {
    async user(id) {
      const { answer, body } = await get(`/users/${encodeURIComponent(id)}`)
      if (answer.status === 404) return { user: null, date: dateOf(answer) }
      if (!answer.ok) throw refusal('/users/:id', answer)
      const [user, date] = [parse('/users/:id', ClerkUser, body), dateOf(answer)]
      if (isFuture(user.clerkUpdatedAt, Date.parse(date))) throw new ClerkError('Clerk says that this user changes in the future.', { status: 200 })
      return { user, date }
    },
    async list({ orderBy, limit, offset, createdAfter, createdBefore, ids, startingAfter }) {
      const { value, date } = await read('/users', v.array(ListedUser), {
        order_by: orderBy, limit, offset, created_at_after: createdAfter, created_at_before: createdBefore, user_id: ids, starting_after: startingAfter,
      })
      const users = value.flatMap(one => 'user' in one ? [one.user] : [])
      const isUsable = ({ clerkUpdatedAt }: ClerkUser) => !isFuture(clerkUpdatedAt, Date.parse(date))
      return {
        users: users.filter(isUsable),
        listed: value.map(one => 'user' in one ? { id: one.user.id, createdAt: one.user.clerkCreatedAt } : { id: one.id, createdAt: one.createdAt }),
        unusable: [...value.flatMap(one => 'user' in one ? [] : [one]), ...users.filter(user => !isUsable(user)).map(({ id }) => ({ id, updatedAt: null }))],
        date,
      }
    },
    async count(created = {}) {
      return (await read('/users/count', UserCount, { created_at_after: created.createdAfter, created_at_before: created.createdBefore })).value.total_count
    },
    async instance() {
      return (await read('/instance', Instance)).value.id
    },
  }
}

function parse<T>(path: string, schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const parsed = v.safeParse(schema, body)
  if (!parsed.success) throw new ClerkError(`Clerk's answer to ${path} is not what it was.`, { status: 200 })
  return parsed.output
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  }
  catch {
    return undefined
  }
}

const refusal = (path: string, answer: Response) =>
  new ClerkError(`Clerk answered ${answer.status} to ${path}.`, { status: answer.status, retryAfterMs: retryAfterMs(answer.headers.get('retry-after')) })

/** `Retry-After` is seconds or a date. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfterMs(header: string | null): number | null {
  if (!header) return null
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

/** Clerk's clock in whole seconds. A proxy that drops the header leaves ours, a minute back. */
function dateOf(answer: Response): string {
  const date = Date.parse(answer.headers.get('date') ?? '')
  return new Date(Number.isNaN(date) ? Date.now() - 60_000 : date).toISOString()
}
