import * as v from 'valibot'
import { v4 as uuid } from 'uuid'
import { countPostCharacters, PostBody, POST_MAX_CHARACTERS } from '#shared/schemas/text'
import type { PublicUser } from '#shared/types/user'

/** A text as it is sent. */
export interface Written {
  /** With people by their ids, as the API takes it. */
  body: string
  /** Who is mentioned in it. */
  mentions: PublicUser[]
  /** The same for the same text that is sent again: an answer may have been lost on the way. */
  key: string
}

/**
 * The state of a text that is about to be posted. `send` gives it away at once and takes it back
 * when it is refused; a second call while the first is under way does nothing.
 */
export function useComposer(publish: (written: Written) => Promise<unknown>) {
  const draft = ref<Draft>(emptyDraft())
  const failure = ref<string | null>(null)
  const sending = ref(false)
  const text = computed({
    get: () => draft.value.text,
    set: (now) => {
      draft.value = editDraft(draft.value, now)
    },
  })
  const body = computed(() => bodyOf(draft.value).trim())
  const left = computed(() => POST_MAX_CHARACTERS - countPostCharacters(body.value))
  const ready = computed(() => !sending.value && body.value !== '' && left.value >= 0)
  let refused: Written | undefined

  watch(text, () => {
    failure.value = null
  })

  async function send(): Promise<void> {
    if (sending.value) return
    const parsed = v.safeParse(PostBody, body.value)
    if (!parsed.success) {
      failure.value = parsed.issues[0].message
      return
    }
    const before = draft.value
    const written = {
      body: parsed.output,
      mentions: before.mentions.map(({ person }) => person),
      key: refused?.body === parsed.output ? refused.key : uuid(),
    }
    sending.value = true
    draft.value = emptyDraft()
    try {
      await publish(written)
      refused = undefined
    }
    catch (error) {
      refused = written
      // What was typed in the meantime stays, below.
      draft.value = joinDrafts(before, draft.value)
      await nextTick()
      failure.value = failureMessage(error, 'Your post was not sent. Check your connection and try again.')
    }
    finally {
      sending.value = false
    }
  }

  return { draft, text, left, ready, sending: readonly(sending), failure: readonly(failure), send }
}
