/** The product's shortcuts, in the order of the sheet that lists them. */
export const shortcuts = [
  { key: 'j', does: 'Next post' },
  { key: 'k', does: 'Previous post' },
  { key: 'Enter', does: 'Open the post' },
  { key: 'n', does: 'New post' },
  { key: '/', does: 'Search' },
  { key: '?', does: 'This list' },
] as const

export type ShortcutKey = Exclude<typeof shortcuts[number]['key'], 'Enter'>

/** Where a key is typed, or has a meaning of its own. */
const taken = 'input, textarea, select, [contenteditable], [role=listbox], [role=menu], [role=dialog], dialog'

/** The shortcut that a key press means; null while someone types, with a modifier, or when something has taken it. `?` may need Shift. */
export function shortcutOf(event: KeyboardEvent): ShortcutKey | null {
  const { key, target, defaultPrevented, isComposing, ctrlKey, metaKey, altKey, repeat } = event
  if (defaultPrevented || isComposing || ctrlKey || metaKey || altKey) return null
  if (target instanceof Element && target.closest(taken)) return null
  if (repeat && key !== 'j' && key !== 'k') return null
  return shortcuts.find((one): one is Extract<typeof shortcuts[number], { key: ShortcutKey }> => one.key === key && one.key !== 'Enter')?.key ?? null
}

/**
 * The post that `j` or `k` goes to: the one after or before the focused post; without one, the first that begins in sight.
 * @param posts top to bottom
 */
export function nextPost(posts: readonly HTMLElement[], key: 'j' | 'k'): HTMLElement | undefined {
  const at = posts.findIndex(post => post.contains(document.activeElement))
  if (at >= 0) return posts[at + (key === 'j' ? 1 : -1)]
  return posts.find(post => post.getBoundingClientRect().top >= 0)
}

const STORED = 'rollcall:shortcuts'

/** Whether this browser's reader has the shortcuts on. They can be turned off, for whoever speaks to a computer: https://www.w3.org/TR/WCAG22/#character-key-shortcuts */
export function shortcutsAreOn(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off'
  }
  catch {
    return true
  }
}

/** Turns the shortcuts on or off; where the browser keeps nothing, they stay on. */
export function turnShortcuts(on: boolean): void {
  try {
    localStorage.setItem(STORED, on ? 'on' : 'off')
  }
  catch {
    // Not kept.
  }
}
