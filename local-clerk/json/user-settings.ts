import type { UserSettingsJSON } from '@clerk/shared/types'
import { lockout } from '../lockout.ts'
import { passwordLength, type Settings, usernameLength } from '../settings.ts'
import type { Sdk } from './sdk.ts'

const off = {
  enabled: false,
  required: false,
  used_for_first_factor: false,
  first_factors: [],
  used_for_second_factor: false,
  second_factors: [],
  verifications: [],
  verify_at_sign_up: false,
  immutable: false,
}
const optional = { ...off, enabled: true }

const attributes = {
  email_address: {
    ...off,
    enabled: true,
    required: true,
    used_for_first_factor: true,
    first_factors: ['email_code' as const],
    verifications: ['email_code' as const],
    verify_at_sign_up: true,
  },
  username: { ...optional, used_for_first_factor: true },
  first_name: optional,
  last_name: optional,
  password: { ...optional, required: true },
  phone_number: off,
  web3_wallet: off,
  authenticator_app: off,
  backup_code: off,
  passkey: off,
  ticket: { ...optional, used_for_first_factor: true, first_factors: ['ticket'] },
}

const disabled = { enabled: false }

const actions = { delete_self: true, create_organization: false, create_organizations_limit: null }

const restrictions = {
  allowlist: disabled,
  blocklist: disabled,
  allowlist_blocklist_disabled_on_sign_in: disabled,
  block_email_subaddresses: disabled,
  block_disposable_email_domains: disabled,
}

const passwordSettings = {
  allowed_special_characters: '',
  disable_hibp: true,
  disable_password_reverification: true,
  enforce_hibp_on_sign_in: false,
  min_length: passwordLength.min,
  max_length: passwordLength.max,
  require_special_char: false,
  require_numbers: false,
  require_uppercase: false,
  require_lowercase: false,
  show_zxcvbn: false,
  min_zxcvbn_strength: 0,
}

const usernameSettings = { min_length: usernameLength.min, max_length: usernameLength.max, allow_extended_special_characters: false, allow_numeric_usernames: true }

const passkeySettings = { allow_autofill: false, show_sign_in_button: false, satisfies_second_factor: false }

const attackProtection = (settings: Settings) => ({
  user_lockout: { enabled: settings.lockout, max_attempts: lockout.maxAttempts, duration_in_minutes: lockout.minutes },
  pii: disabled,
  email_link: { require_same_client: false },
  enumeration_protection: disabled,
})

/** `UserSettingsJSON`: what people sign up and in with. */
export const userSettings = (settings: Settings) => ({
  attributes: { ...attributes, first_name: { ...optional, required: settings.firstNameRequired } },
  actions,
  social: {},
  saml: disabled,
  enterprise_sso: { enabled: false, self_serve_sso: false },
  sign_in: { second_factor: { required: false } },
  sign_up: {
    captcha_enabled: false,
    captcha_widget_type: 'smart',
    custom_action_required: false,
    progressive: true,
    mode: settings.signUpMode,
    legal_consent_enabled: false,
  },
  restrictions,
  password_settings: passwordSettings,
  passkey_settings: passkeySettings,
  username_settings: usernameSettings,
  attack_protection: attackProtection(settings),
}) satisfies Sdk<UserSettingsJSON, UntoldOfUsers>

/** Where the types ask for more than the specification has, or for every social provider there is. */
type UntoldOfUsers = 'id' | 'object' | 'social' | 'enterprise_sso' | 'sign_in' | 'sign_up'
