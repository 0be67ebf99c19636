import { errors } from '../errors.ts'
import type { ClerkEvent } from './events.ts'

/** What the dashboard's Send Example carries; no instance has it. */
export const exampleInstanceId = 'ins_123'

const userId = 'user_29w83sxmDNGwOuEthce5gg56FcC'
const createdAt = 1654012591514
const updatedAt = 1654012591835

// Clerk's documented example: it lacks `banned`, `locked`, `has_image` and more that a real user has.
const user = {
  birthday: '',
  created_at: createdAt,
  email_addresses: [{
    email_address: 'example@example.org',
    id: 'idn_29w83yL7CwVlJXylYLxcslromF1',
    linked_to: [],
    object: 'email_address',
    reserved: true,
    verification: { attempts: null, expire_at: null, status: 'verified', strategy: 'admin' },
  }],
  external_accounts: [],
  external_id: '567772',
  first_name: 'Example',
  gender: '',
  id: userId,
  image_url: 'https://img.clerk.com/xxxxxx',
  last_name: 'Example',
  last_sign_in_at: createdAt,
  object: 'user',
  password_enabled: true,
  phone_numbers: [],
  primary_email_address_id: 'idn_29w83yL7CwVlJXylYLxcslromF1',
  primary_phone_number_id: null,
  primary_web3_wallet_id: null,
  private_metadata: {},
  profile_image_url: 'https://www.gravatar.com/avatar?d=mp',
  public_metadata: {},
  two_factor_enabled: false,
  unsafe_metadata: {},
  updated_at: updatedAt,
  username: null,
  web3_wallets: [],
}

const session = {
  abandon_at: 1656604591514,
  actor: null,
  client_id: 'client_29w83sxmDNGwOuEthce5gg56FcC',
  created_at: createdAt,
  expire_at: 1654617391514,
  id: 'sess_29w83sxmDNGwOuEthce5gg56FcC',
  last_active_at: createdAt,
  object: 'session',
  status: 'active',
  updated_at: createdAt,
  user_id: userId,
}

const examples: readonly [ClerkEvent['type'], Record<string, unknown>][] = [
  ['user.created', user],
  ['user.updated', user],
  ['user.deleted', { deleted: true, id: userId, object: 'user' }],
  ['session.created', session],
  ['session.ended', { ...session, status: 'ended' }],
  ['session.removed', { ...session, status: 'removed' }],
]

export const exampleTypes = examples.map(([type]) => type)

/**
 * Clerk's documented sample of an event type (clerk-docs, `webhooks/overview.mdx`).
 * @throws ClerkError 422 for a type without a sample
 */
export function exampleEvent(type: string): ClerkEvent {
  const [known, data] = examples.find(([each]) => each === type) ?? []
  if (!known || !data) throw errors.formatInvalid('type', `There is an example of ${exampleTypes.join(', ')}.`)
  return { type: known, userId, data, timestamp: updatedAt }
}
