import type { BackendLog } from './backend/log.ts'
import type { RateLimit } from './backend/rate-limit.ts'
import type { Deliveries } from './deliveries/deliveries.ts'
import type { Faults } from './faults.ts'
import type { Accounts } from './accounts.ts'
import type { Browsers } from './browsers.ts'
import type { Settings } from './settings.ts'
import type { JwtTemplates } from './jwt-templates.ts'
import type { SignInTokens } from './sign-in-tokens.ts'
import type { Store } from './state/store.ts'
import type { TestingTokens } from './testing-tokens.ts'
import type { Waitlist } from './waitlist.ts'
import type { Tokens } from './tokens.ts'

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
  deliveries: Deliveries
  faults: Faults
  backendLog: BackendLog
  /** null where requests are not limited */
  rateLimit: RateLimit | null
}
