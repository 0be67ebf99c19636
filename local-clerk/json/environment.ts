const off = {
  enabled: false,
  required: false,
  used_for_first_factor: false,
  first_factors: [],
  used_for_second_factor: false,
  second_factors: [],
  verifications: [],
  verify_at_sign_up: false,
}
const optional = { ...off, enabled: true }

const attributes = {
  email_address: {
    ...off,
    enabled: true,
    required: true,
    used_for_first_factor: true,
    first_factors: ['email_code'],
    verifications: ['email_code'],
    verify_at_sign_up: true,
  },
  username: { ...optional, used_for_first_factor: true },
  first_name: { ...optional, required: true },
  last_name: optional,
  password: { ...optional, required: true },
  phone_number: off,
  web3_wallet: off,
  authenticator_app: off,
  backup_code: off,
  passkey: off,
}

const theme = {
  buttons: { font_color: '#ffffff', font_family: 'inherit', font_weight: '600' },
  general: {
    color: '#4f46e5',
    padding: '1em',
    box_shadow: 'none',
    font_color: '#151515',
    font_family: 'inherit',
    border_radius: '0.5em',
    background_color: '#ffffff',
    label_font_weight: '600',
  },
  accounts: { background_color: '#ffffff' },
}

const displayConfig = {
  object: 'display_config',
  id: 'display_config_local',
  instance_environment_type: 'development',
  application_name: 'Rollcall',
  branded: false,
  show_devmode_warning: false,
  theme,
  preferred_sign_in_strategy: 'password',
  logo_image_url: '',
  favicon_image_url: '',
  captcha_public_key: null,
  captcha_widget_type: null,
  captcha_public_key_invisible: null,
  captcha_provider: 'turnstile',
  captcha_oauth_bypass: [],
  captcha_heartbeat: false,
  support_email: '',
  terms_url: '',
  privacy_policy_url: '',
  ...Object.fromEntries([
    'home_url', 'sign_in_url', 'sign_up_url', 'user_profile_url', 'after_sign_in_url', 'after_sign_up_url',
    'after_sign_out_all_url', 'after_sign_out_one_url', 'after_switch_session_url', 'organization_profile_url',
    'create_organization_url', 'after_leave_organization_url', 'after_create_organization_url', 'waitlist_url',
    'after_join_waitlist_url',
  ].map(name => [name, ''])),
}

const userSettings = {
  attributes,
  actions: { delete_self: true, create_organization: false },
  social: {},
  saml: { enabled: false },
  enterprise_sso: { enabled: false, self_serve_directory_sync: false },
  sign_in: { second_factor: { required: false, enabled: false } },
  sign_up: {
    allowlist_only: false,
    progressive: true,
    captcha_enabled: false,
    mode: 'public',
    legal_consent_enabled: false,
    mfa: { required: false },
  },
  password_settings: {
    allowed_special_characters: '',
    disable_hibp: true,
    min_length: 8,
    max_length: 72,
    require_special_char: false,
    require_numbers: false,
    require_uppercase: false,
    require_lowercase: false,
    show_zxcvbn: false,
    min_zxcvbn_strength: 0,
  },
  passkey_settings: { allow_autofill: false, show_sign_in_button: false },
  username_settings: { min_length: 3, max_length: 64 },
  attack_protection: { enumeration_protection: { enabled: false } },
}

/**
 * `EnvironmentJSON`: what Clerk's components draw themselves by. E-mail with a password or a code, an optional
 * username; no captcha, no social providers, no organizations, no billing.
 */
export const environmentJson = {
  id: 'env_local',
  object: 'environment',
  auth_config: {
    id: 'auth_config_local',
    object: 'auth_config',
    single_session_mode: true,
    claimed_at: null,
    reverification: false,
    preferred_channels: {},
    session_minter: false,
  },
  display_config: displayConfig,
  user_settings: userSettings,
  organization_settings: {
    enabled: false,
    max_allowed_memberships: 0,
    force_organization_selection: false,
    actions: { admin_delete: false },
    domains: { enabled: false, enrollment_modes: [], default_role: null },
    slug: { disabled: true },
    organization_creation_defaults: { enabled: false },
  },
  commerce_settings: {
    id: 'commerce_local',
    object: 'commerce_settings',
    billing: {
      stripe_publishable_key: null,
      organization: { enabled: false, has_paid_plans: false },
      user: { enabled: false, has_paid_plans: false },
    },
  },
  api_keys_settings: { id: 'api_keys_local', object: 'api_keys_settings', user_api_keys_enabled: false, orgs_api_keys_enabled: false },
  protect_config: { object: 'protect_config', id: 'protect_local' },
  maintenance_mode: false,
  client_debug_mode: false,
  partitioned_cookies: false,
}
