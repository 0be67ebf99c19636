import type { ClerkEvent, EmitEvent } from './deliveries/events.ts'
import { sessionEventJson } from './json/session.ts'
import type { SignIn } from './frontend/sign-in-attempt.ts'
import type { SignUp } from './frontend/sign-up-attempt.ts'
import type { Accounts } from './accounts.ts'
import { currentVisitor } from './http/visitor.ts'
import { newId } from './state/ids.ts'
import type { Client, Session } from './state/schema.ts'
import type { Store } from './state/store.ts'

const endedKept = 1_000
const sessionLifetime = 7 * 24 * 60 * 60 * 1000

/** A browser's unfinished sign-in and sign-up; kept in memory only. */
export interface Attempts {
  signIn: SignIn | null
  signUp: SignUp | null
}

export interface Browsers {
  create(): Client
  find(devBrowser: string | null | undefined): Client | undefined
  attempts(client: Client): Attempts
  sessions(client: Client): Session[]
  activeSession(client: Client): Session | undefined
  /** Every session, newest first: those of now, and the last thousand that have ended. */
  history(): Session[]
  /** Starts a session, makes it the browser's, and emits `session.created` unless it is to be silent. */
  signIn(client: Client, userId: string, options?: { silent?: boolean, strategy?: Client['lastStrategy'] }): Session
  /** Ends a session and emits `session.ended`, `session.removed` or `session.revoked`, unless it is to be silent. */
  finish(session: Session, status: 'ended' | 'removed' | 'revoked', options?: { silent?: boolean }): Session
  /** Makes it the browser's active session. */
  touch(client: Client, session: Session): Session
  finishAllOf(userId: string, options?: { silent?: boolean }): void
}

export interface BrowsersOptions {
  store: Store
  url: string
  now: () => number
  emit: EmitEvent
  accounts: () => Accounts
}

/** Browsers (Clerk's "clients"), known by the value of `__clerk_db_jwt`, and their sessions. */
export function createBrowsers({ store, url, now, emit, accounts }: BrowsersOptions): Browsers {
  const attempts = new Map<string, Attempts>()
  let ended: readonly Session[] = []

  function emitSession(session: Session, type: ClerkEvent['type']) {
    const user = accounts().find(session.userId) ?? null
    emit({ type, userId: session.userId, data: sessionEventJson(session, user, url), timestamp: session.updatedAt })
  }

  const browsers: Browsers = {
    create() {
      const at = now()
      const client: Client = { id: newId('client'), devBrowser: newId('dvb'), lastActiveSessionId: null, lastStrategy: null, createdAt: at, updatedAt: at }
      store.clients.set(client.devBrowser, client)
      store.changed()
      return client
    },

    find: devBrowser => devBrowser ? store.clients.get(devBrowser) : undefined,

    attempts(client) {
      const existing = attempts.get(client.id)
      if (existing) return existing
      const created = { signIn: null, signUp: null }
      attempts.set(client.id, created)
      return created
    },

    sessions: client => [...store.sessions.values()].filter(session =>
      session.clientId === client.id && session.status === 'active' && session.expireAt > now()
      && store.users.has(session.userId)),

    activeSession(client) {
      const sessions = browsers.sessions(client)
      return sessions.find(session => session.id === client.lastActiveSessionId) ?? sessions[0]
    },

    signIn(client, userId, { silent = false, strategy = null } = {}) {
      const at = now()
      const session: Session = {
        id: newId('sess'),
        clientId: client.id,
        userId,
        status: 'active',
        createdAt: at,
        updatedAt: at,
        lastActiveAt: at,
        expireAt: at + sessionLifetime,
        ...currentVisitor(),
      }
      store.sessions.set(session.id, session)
      Object.assign(client, { lastActiveSessionId: session.id, lastStrategy: strategy ?? client.lastStrategy, updatedAt: at })
      accounts().recordActivity(userId, { lastSignInAt: at, lastActiveAt: at })
      store.changed()
      if (!silent) emitSession(session, 'session.created')
      return session
    },

    finish(session, status, { silent = false } = {}) {
      const finished: Session = { ...session, status, updatedAt: Math.max(now(), session.updatedAt + 1) }
      store.sessions.delete(session.id)
      ended = [...ended, finished].slice(-endedKept)
      store.changed()
      if (!silent) emitSession(finished, `session.${status}`)
      return finished
    },

    history: () => [...ended, ...store.sessions.values()].sort((a, b) => b.createdAt - a.createdAt),

    touch(client, session) {
      const touched: Session = { ...session, lastActiveAt: now(), updatedAt: now() }
      store.sessions.set(session.id, touched)
      client.lastActiveSessionId = session.id
      accounts().recordActivity(session.userId, { lastActiveAt: now() })
      return touched
    },

    finishAllOf(userId, options) {
      for (const session of store.sessions.values()) {
        if (session.userId === userId) browsers.finish(session, 'revoked', options)
      }
    },
  }
  return browsers
}
