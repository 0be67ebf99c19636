import { createBackendLog, type BackendLog } from './backend/log.ts'
import { createRateLimit, type RateLimit } from './backend/rate-limit.ts'
import { createDeliveries, type Deliveries } from './deliveries/deliveries.ts'
import { createFaults, type Faults } from './faults.ts'
import { createPresets, type Presets } from './dashboard/presets.ts'
import { createAccounts, type Accounts } from './accounts.ts'
import { createBrowsers, type Browsers } from './browsers.ts'
import type { Settings } from './settings.ts'
import { createJwtTemplates, type JwtTemplates } from './jwt-templates.ts'
import { createOrganizationInvitations, type OrganizationInvitations } from './organizations/invitations.ts'
import { createMemberships, type Memberships } from './organizations/memberships.ts'
import { createOrganizations, type Organizations } from './organizations/organizations.ts'
import { createSignInTokens, type SignInTokens } from './sign-in-tokens.ts'
import type { Store } from './state/store.ts'
import { createTestingTokens, type TestingTokens } from './testing-tokens.ts'
import { createWaitlist, type Waitlist } from './waitlist.ts'
import { openTokens, type Tokens } from './tokens.ts'
import type { Observe } from './recorder.ts'

/** What every part of the local Clerk is given. */
export interface Context {
  /** base address, without a slash at the end */
  url: string
  secretKey: string
  now: () => number
  settings: Settings
  store: Store
  tokens: Tokens
  signInTokens: SignInTokens
  jwtTemplates: JwtTemplates
  testingTokens: TestingTokens
  accounts: Accounts
  browsers: Browsers
  waitlist: Waitlist
  organizations: Organizations
  memberships: Memberships
  organizationInvitations: OrganizationInvitations
  deliveries: Deliveries
  faults: Faults
  presets: Presets
  backendLog: BackendLog
  /** null where requests are not limited */
  rateLimit: RateLimit | null
}

interface Parts {
  secretKey: string
  now: () => number
  random: () => number
  settings: Settings
  rateLimits: boolean
  retryScale: number
  paused: boolean
  observe?: Observe
}

/** Makes the parts, in the order in which they need each other. */
export async function createContext(store: Store, url: string, { secretKey, now, random, settings, rateLimits, retryScale, paused, observe }: Parts): Promise<Context> {
  const faults = createFaults(random)
  const deliveries = createDeliveries({ store, faults, now, random, retryScale, paused, observe })
  const { emit } = deliveries
  const browsers = createBrowsers({ store, url, now, emit, accounts: () => accounts })
  const accounts = createAccounts({ store, url, now, emit, endSessions: browsers.finishAllOf, leaveOrganizations: (id, options) => memberships.removeAllOf(id, options) })
  const organizations = createOrganizations({ store, url, now, emit, accounts, memberships: () => memberships })
  const memberships = createMemberships({ store, url, now, emit, accounts, organizations })
  const tokens = await openTokens(store, url, now)
  return {
    url,
    secretKey,
    now,
    settings,
    store,
    tokens,
    signInTokens: createSignInTokens({ store, tokens, now }),
    jwtTemplates: createJwtTemplates({ store, tokens, url, now }),
    testingTokens: createTestingTokens(secretKey, now),
    accounts,
    browsers,
    waitlist: createWaitlist({ store, now, emit }),
    organizations,
    memberships,
    organizationInvitations: createOrganizationInvitations({ store, url, now, emit, accounts, organizations, memberships }),
    deliveries,
    faults,
    presets: createPresets(faults, now),
    backendLog: createBackendLog(),
    rateLimit: rateLimits ? createRateLimit(secretKey) : null,
  }
}
