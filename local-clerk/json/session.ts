import type { SessionJSON as BackendSessionJSON, SessionWebhookEvent } from '@clerk/backend'
import type { SessionActivityJSON, SessionJSON, SessionWithActivitiesJSON } from '@clerk/shared/types'
import type { Session, User } from '../state/schema.ts'
import { deviceOf } from './device.ts'
import type { Sdk } from './sdk.ts'
import { imageUrl, ownUserJson, userJson } from './user.ts'

export function identifierOf(user: User): string {
  const primary = user.emails.find(email => email.id === user.primaryEmailId)
  return primary?.address ?? user.username ?? user.id
}

/** `SessionJSON` of the Frontend API; `jwt` is a fresh session token, and null in an answer that sets no token. */
export function sessionJson(session: Session, user: User, url: string, jwt: string | null) {
  return {
    id: session.id,
    object: 'session',
    status: session.status,
    factor_verification_age: [Math.floor((session.lastActiveAt - session.createdAt) / 60_000), -1],
    expire_at: session.expireAt,
    abandon_at: session.expireAt,
    last_active_at: session.lastActiveAt,
    last_active_token: jwt ? { object: 'token', jwt } : null,
    last_active_organization_id: null,
    actor: null,
    tasks: null,
    user: ownUserJson(user, url),
    public_user_data: {
      first_name: user.firstName,
      last_name: user.lastName,
      image_url: imageUrl(user, url),
      has_image: user.imagePath !== null,
      identifier: identifierOf(user),
      user_id: user.id,
    },
    created_at: session.createdAt,
    updated_at: session.updatedAt,
  } satisfies Sdk<SessionJSON, 'last_active_token' | 'user'>
}

/** What a list of devices does not say. */
type InfoOfOthers = 'factor_verification_age' | 'last_active_token' | 'last_active_organization_id' | 'tasks' | 'public_user_data' | 'created_at' | 'updated_at'

function activityJson(session: Session) {
  return {
    id: session.id.replace('sess', 'sess_activity'),
    object: 'session_activity',
    ip_address: session.ip,
    city: session.ip.startsWith('127.') ? 'localhost' : undefined,
    ...deviceOf(session.userAgent),
  } satisfies SessionActivityJSON
}

/** A session in the list of a person's devices: `SessionWithActivitiesJSON`. */
export function activeSessionJson(session: Session) {
  return {
    id: session.id,
    object: 'session',
    status: session.status,
    expire_at: session.expireAt,
    abandon_at: session.expireAt,
    last_active_at: session.lastActiveAt,
    actor: null,
    user: null,
    latest_activity: activityJson(session),
  } satisfies Sdk<SessionWithActivitiesJSON, InfoOfOthers>
}

/** `SessionJSON` of the Backend API. */
export function backendSessionJson(session: Session) {
  return {
    id: session.id,
    object: 'session',
    client_id: session.clientId,
    user_id: session.userId,
    status: session.status,
    actor: null,
    last_active_at: session.lastActiveAt,
    latest_activity: activityJson(session),
    expire_at: session.expireAt,
    abandon_at: session.expireAt,
    created_at: session.createdAt,
    updated_at: session.updatedAt,
  } satisfies Sdk<BackendSessionJSON, 'latest_activity'>
}

/** `SessionWebhookEventJSON`: a session with its user inside. */
export function sessionEventJson(session: Session, user: User | null, url: string) {
  return { ...backendSessionJson(session), user: user ? userJson(user, url) : null } satisfies Sdk<SessionWebhookEvent['data'], 'user' | 'latest_activity'>
}
