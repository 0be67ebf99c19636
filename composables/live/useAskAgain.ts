import { useDocumentVisibility, useEventListener, useIntervalFn } from '@vueuse/core'

/** Half of the pages ask sooner, so that those of one moment do not stay together. */
const EVERY_MS = { least: 15_000, most: 25_000 }

/**
 * For a server that sends no events: asks at once, then every 20 s or so while the page is visible, and whenever someone
 * comes back to it. Until the effect scope ends. Browser only.
 */
export function useAskAgain(ask: () => void): void {
  const visibility = useDocumentVisibility()
  const askIfSeen = () => visibility.value === 'visible' && ask()

  useIntervalFn(askIfSeen, EVERY_MS.least + Math.random() * (EVERY_MS.most - EVERY_MS.least))
  watch(visibility, askIfSeen)
  for (const back of ['focus', 'online'] as const) useEventListener(window, back, askIfSeen)
  ask()
}
