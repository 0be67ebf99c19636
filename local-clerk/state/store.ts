import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { newId } from './ids.ts'
import { type Client, type Delivery, type JwtTemplate, type Membership, type Organization, type OrganizationInvitation, type Session, type SignInToken, type State, stateSchema, type User, type WaitlistEntry } from './schema.ts'

const saveDelay = 150

export interface Store {
  instanceId: string
  url: string | null
  signingKey: State['signingKey']
  webhookUrl: string | null
  webhookFailingSince: number | null
  webhookDisabled: boolean
  webhookSecrets: string[]
  users: Map<string, User>
  sessions: Map<string, Session>
  /** by the value of `__clerk_db_jwt` */
  clients: Map<string, Client>
  signInTokens: Map<string, SignInToken>
  jwtTemplates: Map<string, JwtTemplate>
  waitlist: Map<string, WaitlistEntry>
  organizations: Map<string, Organization>
  memberships: Map<string, Membership>
  organizationInvitations: Map<string, OrganizationInvitation>
  deliveries: Map<string, Delivery>
  uploads: Map<string, State['uploads'][string]>
  /** Says that something changed; the data file follows within a moment. */
  changed(): void
  /** Writes what is unsaved, at once. */
  flush(): void
}

function emptyState(): State {
  return {
    version: 1,
    instanceId: newId('ins'),
    url: null,
    signingKey: null,
    webhookUrl: null,
    webhookFailingSince: null,
    webhookDisabled: false,
    webhookSecrets: [],
    users: [],
    sessions: [],
    clients: [],
    signInTokens: [],
    jwtTemplates: [],
    waitlist: [],
    organizations: [],
    memberships: [],
    organizationInvitations: [],
    deliveries: [],
    uploads: {},
  }
}

function readState(file: string): State {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  }
  catch {
    return emptyState()
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), stateSchema), text)
  if (!parsed.success) {
    throw new Error(`${file} is not a data file of the local Clerk. Move it away or delete it, then start again.`)
  }
  return parsed.output
}

const byId = <T extends { id: string }>(list: T[]): Map<string, T> => new Map(list.map(item => [item.id, item]))

/**
 * Opens the store: in memory, and copied into `file` when there is one.
 * @throws when the file holds something else.
 */
export function openStore(file: string | null): Store {
  const state = file ? readState(file) : emptyState()
  let timer: ReturnType<typeof setTimeout> | null = null

  function save() {
    timer = null
    if (!file) return
    const snapshot: State = {
      version: 1,
      instanceId: store.instanceId,
      url: store.url,
      signingKey: store.signingKey,
      webhookUrl: store.webhookUrl,
      webhookFailingSince: store.webhookFailingSince,
      webhookDisabled: store.webhookDisabled,
      webhookSecrets: store.webhookSecrets,
      users: [...store.users.values()],
      sessions: [...store.sessions.values()],
      clients: [...store.clients.values()],
      signInTokens: [...store.signInTokens.values()],
      jwtTemplates: [...store.jwtTemplates.values()],
      waitlist: [...store.waitlist.values()],
      organizations: [...store.organizations.values()],
      memberships: [...store.memberships.values()],
      organizationInvitations: [...store.organizationInvitations.values()],
      deliveries: [...store.deliveries.values()],
      uploads: Object.fromEntries(store.uploads),
    }
    mkdirSync(dirname(file), { recursive: true })
    // Written beside and renamed, so that a stop half way leaves the old file whole.
    writeFileSync(`${file}.new`, JSON.stringify(snapshot), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }

  const store: Store = {
    instanceId: state.instanceId,
    url: state.url,
    signingKey: state.signingKey,
    webhookUrl: state.webhookUrl,
    webhookFailingSince: state.webhookFailingSince,
    webhookDisabled: state.webhookDisabled,
    webhookSecrets: state.webhookSecrets,
    users: byId(state.users),
    sessions: byId(state.sessions),
    clients: new Map(state.clients.map(client => [client.devBrowser, client])),
    signInTokens: byId(state.signInTokens),
    jwtTemplates: byId(state.jwtTemplates),
    waitlist: byId(state.waitlist),
    organizations: byId(state.organizations),
    memberships: byId(state.memberships),
    organizationInvitations: byId(state.organizationInvitations),
    deliveries: byId(state.deliveries),
    uploads: new Map(Object.entries(state.uploads)),
    changed() {
      if (file) timer ??= setTimeout(save, saveDelay)
    },
    flush() {
      if (timer) {
        clearTimeout(timer)
        save()
      }
    },
  }
  return store
}
