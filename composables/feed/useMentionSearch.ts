import { watchDebounced } from '@vueuse/core'
import type { Member } from '#shared/types/user'

const SHOWN = 6
const DEBOUNCE_MS = 120

/**
 * Suggests users to mention while someone types after an `@`.
 * @param box the text box; its caret says which `@` is meant
 */
export function useMentionSearch(draft: Ref<Draft>, box: () => HTMLTextAreaElement | null | undefined) {
  const asked = shallowRef<{ q: string, start: number } | null>(null)
  const found = shallowRef<{ q: string, people: Member[] }>({ q: '', people: [] })
  const active = ref(0)
  /** The offset of the `@` whose suggestions were closed with Escape. */
  const dismissed = ref<number | null>(null)

  const people = computed(() => asked.value && asked.value.start !== dismissed.value ? found.value.people : [])

  /** To be called when the caret has moved or the text has changed. */
  function look(): void {
    const caret = box()?.selectionStart
    asked.value = caret === undefined ? null : mentionAsked(draft.value, caret)
    if (!asked.value) dismissed.value = null
  }

  watch(() => draft.value.text, look, { flush: 'post' })

  function close(): void {
    dismissed.value = asked.value?.start ?? null
  }

  watchDebounced(() => asked.value?.q, async (q) => {
    if (!q) {
      found.value = { q: '', people: [] }
      return
    }
    // Suggestions are a help: when the request fails there are none.
    const page = await $fetch('/api/users', { query: { q, limit: SHOWN } }).catch(() => null)
    if (asked.value?.q !== q) return
    found.value = { q, people: page?.users ?? [] }
    active.value = 0
  }, { debounce: DEBOUNCE_MS })

  async function pick(person: Member | undefined): Promise<void> {
    const textarea = box()
    if (!person || !asked.value || !textarea) return
    const result = mentionIn(draft.value, asked.value.start, asked.value.start + asked.value.q.length + 1, person)
    draft.value = result.draft
    asked.value = null
    found.value = { q: '', people: [] }
    await nextTick()
    textarea.focus()
    textarea.setSelectionRange(result.caret, result.caret)
  }

  function onKeydown(event: KeyboardEvent): void {
    const count = people.value.length
    if (count === 0 || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    const act: Record<string, () => void> = {
      ArrowDown: () => active.value = (active.value + 1) % count,
      ArrowUp: () => active.value = (active.value + count - 1) % count,
      Enter: () => void pick(people.value[active.value]),
      Tab: () => void pick(people.value[active.value]),
      Escape: close,
    }
    const chosen = event.shiftKey ? undefined : act[event.key]
    if (!chosen) return
    event.preventDefault()
    event.stopPropagation()
    chosen()
  }

  return { people, active, look, close, pick, onKeydown }
}
