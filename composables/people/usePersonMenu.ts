import type { Post } from '#shared/types/post'
import type { PublicUser } from '#shared/types/user'

interface MenuTarget {
  /** Below which the menu opens, and which has the focus again after. */
  button: HTMLElement
  person: PublicUser
  /** Whose menu it is, when not of the person alone. */
  post?: Post
}

// Set by a click, so in the browser alone.
const target = shallowRef<MenuTarget | null>(null)

/** About whom the menu is open; null while it is closed. A page has one menu, which is loaded when it is first opened. */
export function usePersonMenu() {
  return {
    target,
    open({ currentTarget }: Event, person: PublicUser, post?: Post) {
      if (!(currentTarget instanceof HTMLElement)) return
      currentTarget.ariaExpanded = 'true'
      target.value = { button: currentTarget, person, post }
    },
  }
}
