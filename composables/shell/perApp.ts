/**
 * Makes a composable of what is the same wherever a page asks for it: it is made once for each app, so on the server once for
 * each page, and not for each of a hundred components.
 */
export function perApp<T>(make: () => T): () => T {
  const made = new WeakMap<object, { it: T }>()
  return () => {
    const app = useNuxtApp()
    const found = made.get(app) ?? { it: make() }
    made.set(app, found)
    return found.it
  }
}
