/** How to load again what could not be loaded, by what it is. Filled in the browser alone, and each thing is in it once. */
const missing = shallowReactive(new Map<unknown, () => Promise<unknown>>())
const busy = ref(false)

/** The page that was asked for. */
const PAGE = 'page'

/** What could not be loaded: a notice says so, and offers to try again. */
export function useMissing() {
  return {
    some: computed(() => missing.size > 0),
    busy: readonly(busy),
    async tryAgain(): Promise<void> {
      busy.value = true
      await Promise.allSettled([...missing.values()].map(again => again()))
      busy.value = false
    },
  }
}

/** Runs what loads a part of the page. When that fails, the notice offers to run it again. @param part what it is, the same each time */
export async function orTryAgain(part: unknown, load: () => Promise<void>): Promise<void> {
  try {
    await load()
    missing.delete(part)
  }
  catch (error) {
    console.error(error)
    missing.set(part, () => orReload(part, load))
  }
}

/** Some browsers remember that a script did not load, and after a deploy it is gone: only the page itself brings it then. */
async function orReload(part: unknown, load: () => Promise<void>): Promise<void> {
  await orTryAgain(part, load)
  if (missing.has(part) && await isReachable()) reloadNuxtApp({ force: true })
}

/** Offers to open a page whose scripts did not load; null when a page was opened, be it another one. */
export function setMissingPage(open: (() => Promise<unknown>) | null): void {
  if (open) missing.set(PAGE, open)
  else missing.delete(PAGE)
}
