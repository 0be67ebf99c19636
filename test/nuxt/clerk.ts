import { ref } from 'vue'
import type { Plugin } from 'vue'

/** Stands in for `@clerk/vue` in component tests, which need neither keys nor Clerk's scripts: who is signed in is said by the test. */
export const session = {
  userId: ref<string | null>(null),
  sessionClaims: ref<Record<string, unknown> | null>(null),
}

export const clerkPlugin: Plugin = { install() {} }
export const useAuth = () => ({ ...session, getToken: ref(async () => null), signOut: ref(async () => {}) })
export const useUser = () => ({ user: ref(null) })
export const useClerk = () => ref(null)
