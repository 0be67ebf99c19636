// @clerk/nuxt 3.0.16 carries its own copy of h3's types, which the app's H3Event does not fit: the same functions, in our h3's types.
import type { ClerkClient } from '@clerk/backend'
import type { GetAuthFnNoRequest } from '@clerk/backend/internal'
import type { H3Event } from 'h3'

export * from '@clerk/backend'
export type AuthFn = GetAuthFnNoRequest
export function clerkClient(event: H3Event): ClerkClient
