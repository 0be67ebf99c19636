import * as v from 'valibot'
import { imageUrl } from './json/user.ts'
import type { User } from './state/schema.ts'

const objectSchema = v.record(v.string(), v.unknown())
const shortcode = /\{\{\s*([^{}]+?)\s*\}\}/g

/**
 * Claims of a JWT template with the values of a user in place of shortcodes (clerk-docs, `jwt-templates`): one that is
 * the whole text keeps its type, `a || b` is the first that has a value, `'text'` is itself, and one that is not known is null.
 */
export function fillClaims(claims: Record<string, unknown>, user: User, url: string): Record<string, unknown> {
  const values = { user: valuesOf(user, url) }
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, fill(value, values)]))
}

function fill(value: unknown, values: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map(each => fill(each, values))
  if (v.is(objectSchema, value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fill(each, values)]))
  if (typeof value !== 'string') return value
  const [whole, only] = new RegExp(`^${shortcode.source}$`).exec(value) ?? []
  if (whole !== undefined && only !== undefined) return valueOf(only, values)
  return value.replace(shortcode, (_text, code: string) => {
    const found = valueOf(code, values)
    return typeof found === 'string' ? found : JSON.stringify(found)
  })
}

function valueOf(code: string, values: Record<string, unknown>): unknown {
  for (const alternative of code.split('||').map(text => text.trim())) {
    const literal = /^'(.*)'$/.exec(alternative)?.[1]
    const value = literal ?? alternative.split('.').reduce<unknown>((node, name) => v.is(objectSchema, node) ? node[name] : undefined, values)
    if (value !== undefined && value !== null) return value
  }
  return null
}

function valuesOf(user: User, url: string): Record<string, unknown> {
  const primary = user.emails.find(email => email.id === user.primaryEmailId)
  return {
    id: user.id,
    external_id: user.externalId,
    first_name: user.firstName,
    last_name: user.lastName,
    full_name: [user.firstName, user.lastName].filter(Boolean).join(' ') || null,
    username: user.username,
    image_url: imageUrl(user, url),
    has_image: user.imagePath !== null,
    primary_email_address: primary?.address ?? null,
    email_verified: primary?.verified ?? false,
    primary_phone_number: null,
    phone_number_verified: false,
    two_factor_enabled: false,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    last_sign_in_at: user.lastSignInAt,
    public_metadata: user.publicMetadata,
    unsafe_metadata: user.unsafeMetadata,
  }
}
