/**
 * Runs a request for whoever is signed in. Where the server finds nobody signed in, Clerk is asked for a new token, and the
 * request runs once more: the old one may have expired while the computer slept. Where the session has ended, Clerk's script
 * learns it by that question, and the page is a guest's.
 */
export function useRenewal() {
  const { getToken } = useAuth()

  /** @throws what the request throws */
  return async function renewed<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    }
    catch (error) {
      if (failureStatus(error) !== 401 || !await getToken.value({ skipCache: true }).catch(() => null)) throw error
      return run()
    }
  }
}
