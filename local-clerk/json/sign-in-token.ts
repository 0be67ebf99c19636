import type { SignInTokenJSON } from '@clerk/backend'
import type { SignInToken } from '../state/schema.ts'

/** `SignInTokenJSON` of `@clerk/backend`; `url` signs whoever opens it in. */
export function signInTokenJson({ id, userId, token, status, createdAt, updatedAt }: SignInToken, url: string) {
  return {
    object: 'sign_in_token',
    id,
    user_id: userId,
    token,
    status,
    url: `${url}/v1/tickets/accept?ticket=${token}`,
    created_at: createdAt,
    updated_at: updatedAt,
  } satisfies SignInTokenJSON
}
