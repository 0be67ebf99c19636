import { ref } from 'vue'

/** Stands in for Clerk's composables: who is signed in is said by the test. */
export const session = {
  userId: ref<string | null>(null),
  sessionClaims: ref<Record<string, unknown> | null>(null),
}

export const useAuth = () => ({ ...session, isSignedIn: ref(false), signOut: async () => {} })
export const useUser = () => ({ user: ref(null) })
export const useClerk = () => ref(null)
