import type { APIKeysSettingsJSON, AuthConfigJSON, CommerceSettingsJSON, EnvironmentJSON, OrganizationSettingsJSON, ProtectConfigJSON } from '@clerk/shared/types'
import { displayConfig } from './display-config.ts'
import type { Settings } from '../settings.ts'
import type { Sdk } from './sdk.ts'
import { userSettings } from './user-settings.ts'

const authConfig = ({ firstNameRequired, multiSession }: Settings) => ({
  id: 'aconf_local',
  object: 'auth_config',
  first_name: firstNameRequired ? 'required' : 'on',
  last_name: 'on',
  email_address: 'required',
  phone_number: 'off',
  username: 'on',
  password: 'required',
  identification_requirements: [['email_address']],
  identification_strategies: ['email_address', 'username'],
  first_factors: ['email_code', 'password', 'reset_password_email_code', 'ticket'],
  second_factors: [],
  email_address_verification_strategies: ['email_code'],
  single_session_mode: !multiSession,
  enhanced_email_deliverability: false,
  test_mode: true,
  cookieless_dev: false,
  url_based_session_syncing: true,
  claimed_at: null,
  reverification: false,
  native_settings: {
    object: 'native_settings',
    api_enabled: false,
    trusted_device_sign_in_enabled: false,
    trusted_device_enrollment_prompt_after_sign_in_enabled: false,
    trusted_device_enrollment_prompt_after_sign_up_enabled: false,
  },
}) satisfies Sdk<AuthConfigJSON>

const organizationSettings = {
  enabled: false,
  max_allowed_memberships: 0,
  actions: { admin_delete: false },
  domains: { enabled: false, enrollment_modes: [], default_role: 'org:member' },
  slug: { disabled: true },
  creator_role: 'org:admin',
} satisfies Sdk<OrganizationSettingsJSON, 'id' | 'object' | 'force_organization_selection' | 'organization_creation_defaults'>

const noPlans = { enabled: false, has_paid_plans: false }

const billing = { stripe_publishable_key: null, free_trial_requires_payment_method: false, organization: noPlans, user: noPlans }

const commerceSettings = { billing } satisfies Sdk<CommerceSettingsJSON, 'id' | 'object'>

/**
 * `EnvironmentJSON`, with the fields of the Frontend API's specification: what Clerk's components draw themselves by.
 * E-mail with a password or a code, an optional username; no captcha, no social providers, no organizations, no billing.
 */
export function environmentJson(settings: Settings) {
  return {
    auth_config: authConfig(settings),
    display_config: displayConfig,
    user_settings: userSettings(settings),
    organization_settings: organizationSettings,
    fraud_settings: { object: 'fraud_settings', native: { device_attestation_mode: 'disabled' } },
    commerce_settings: commerceSettings,
    api_keys_settings: { enabled: false, user_api_keys_enabled: false, orgs_api_keys_enabled: false } satisfies Sdk<APIKeysSettingsJSON, 'id' | 'object'>,
    protect_config: { loaders: [] } satisfies Sdk<ProtectConfigJSON, 'id' | 'object'>,
    maintenance_mode: false,
    client_debug_mode: false,
    partitioned_cookies: false,
  } satisfies Sdk<EnvironmentJSON, 'id' | 'object' | 'display_config' | 'user_settings' | 'organization_settings' | 'commerce_settings' | 'api_keys_settings' | 'protect_config'>
}
