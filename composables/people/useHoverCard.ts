import { useEventListener, useTimeoutFn } from '@vueuse/core'
import type { Profile } from '#shared/types/user'

/** How long someone points at a name before its card opens, and is away from both before it closes. */
const OPEN_MS = 450
const CLOSE_MS = 200
const KEEP_MS = 60_000
const KEPT_AT_MOST = 50

/** Links to people, outside the navigation and lists that say it all themselves. */
const names = 'a[href^="/users/"]:not(nav a, [data-no-card] a)'

const linkAt = (target: EventTarget | null) => target instanceof Element ? target.closest<HTMLAnchorElement>(names) : null

/**
 * The card of the person whose name someone points at or has focused by the keyboard. It is shown when all of it is here, so
 * that it never changes its size. Touch opens none.
 * @param card its element, which may be pointed at too
 */
export function useHoverCard(card: () => HTMLElement | null) {
  const { current, learn } = usePeople()
  const route = useRoute()
  const shown = shallowRef<{ link: HTMLAnchorElement, profile: Profile } | null>(null)
  const kept = new Map<string, { profile: Promise<Profile>, at: number }>()
  /** The link whose card is shown or wanted. */
  let wanted: HTMLAnchorElement | null = null
  const opening = useTimeoutFn(open, OPEN_MS, { immediate: false })
  const closing = useTimeoutFn(close, CLOSE_MS, { immediate: false })

  function profileOf(id: string): Promise<Profile> {
    const at = Date.now()
    const known = kept.get(id)
    if (known && at - known.at < KEEP_MS) return known.profile
    const profile = $fetch<Profile>(`/api/users/${encodeURIComponent(id)}`).then((answer) => {
      learn([answer], at)
      return answer
    })
    kept.delete(id)
    kept.set(id, { profile, at })
    profile.catch(() => kept.delete(id))
    for (const oldest of kept.keys()) if (kept.size > KEPT_AT_MOST) kept.delete(oldest)
    return profile
  }

  function close(): void {
    opening.stop()
    closing.stop()
    wanted?.removeAttribute('aria-describedby')
    wanted = null
    shown.value = null
  }

  async function open(): Promise<void> {
    const link = wanted
    const id = link?.pathname.split('/').at(-1)
    if (!link || !id) return
    // A card is a help: when the request fails there is none.
    const profile = await profileOf(id).catch(() => null)
    if (wanted !== link || !link.isConnected || !profile || profile.status !== 'here') return
    shown.value = { link, profile }
    link.setAttribute('aria-describedby', HOVER_CARD_ID)
  }

  function want(link: HTMLAnchorElement): void {
    closing.stop()
    if (wanted === link) return
    close()
    if (link.pathname === route.path) return
    wanted = link
    opening.start()
  }

  function point({ target, pointerType }: PointerEvent): void {
    if (pointerType === 'touch') return
    const link = linkAt(target)
    if (link) want(link)
    else if (target instanceof Node && card()?.contains(target)) closing.stop()
    else if (wanted && !shown.value) close()
    else if (wanted) closing.start()
  }

  function focus({ target }: Event): void {
    const link = linkAt(target)
    if (link?.matches(':focus-visible')) want(link)
    else close()
  }

  useEventListener(document, 'pointerover', point, { passive: true })
  useEventListener(document, 'focusin', focus)
  useEventListener(document, ['click', 'pointerdown'], close)
  useEventListener(window, 'scroll', close, { passive: true })
  useEventListener(document, 'keydown', ({ key }) => {
    if (key === 'Escape') close()
  })
  watch(() => route.fullPath, close)
  useLive({
    users: ({ users, hiddenIds }) => {
      for (const { id } of users) kept.delete(id)
      if (shown.value && hiddenIds.includes(shown.value.profile.id)) close()
    },
  })

  return {
    link: computed(() => shown.value?.link),
    profile: computed(() => shown.value && current(shown.value.profile)),
    /** Takes what happened before this was loaded. */
    take(event: Event): void {
      if (event instanceof PointerEvent && event.type !== 'pointerdown') point(event)
    },
  }
}

/** Fixed, since there is one card. */
export const HOVER_CARD_ID = 'hover-card'
