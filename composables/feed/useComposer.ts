import * as v from 'valibot'
import { v4 as uuid } from 'uuid'
import { countPostCharacters, isPostTooLarge, PostBody, POST_MAX_CHARACTERS, POST_TOO_LARGE } from '#shared/schemas/text'
import type { PublicUser } from '#shared/types/user'

/** What is sent when someone posts. */
export interface Written {
  /** Mentions are ids, as the API takes them: `<@user_2ab>`. */
  body: string
  /** The users mentioned in the body. */
  mentions: PublicUser[]
  /** An idempotency key: sending the same text again after a failure uses the same key, since the post may have been written. */
  key: string
}

/**
 * The state of the composer. `send` empties the text box at once and fills it again when the post is refused.
 * It does nothing while an earlier call is under way.
 * @param options.begin what stands in the box at first
 * @param options.place where the browser keeps what is written until it is sent; undefined keeps nothing
 * @param options.lost what a failure without words of the server says
 */
export function useComposer(publish: (written: Written) => Promise<unknown>, { begin = emptyDraft(), place, lost = 'Your post wasn’t sent. Check your connection and try again.' }: { begin?: Draft, place?: string, lost?: string } = {}) {
  const draft = ref<Draft>(begin)
  const failure = ref<string | null>(null)
  const sending = ref(false)
  const body = computed(() => bodyOf(draft.value).trim())
  const left = computed(() => POST_MAX_CHARACTERS - countPostCharacters(body.value))
  const tooLarge = computed(() => left.value >= 0 && isPostTooLarge(body.value))
  const ready = computed(() => !sending.value && body.value !== '' && left.value >= 0 && !tooLarge.value)
  let refused: Pick<Written, 'body' | 'key'> | undefined

  watch(() => draft.value.text, () => {
    failure.value = null
    keep()
  })

  /** What is being sent stays kept until it has arrived. */
  function keep() {
    if (place !== undefined && !sending.value) keepDraft(place, { ...draft.value, sent: refused })
  }
  onMounted(() => {
    const kept = place === undefined ? undefined : findDraft(place)
    if (!kept) return
    const { sent, ...before } = kept
    refused = sent
    draft.value = joinDrafts(before, draft.value)
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
    if (place !== undefined) keepDraft(place, { ...before, sent: { body: written.body, key: written.key } })
    sending.value = true
    draft.value = emptyDraft()
    try {
      await publish(written)
      refused = undefined
    }
    catch (error) {
      refused = written
      // Text that was typed in the meantime goes below the refused one.
      draft.value = joinDrafts(before, draft.value)
      await nextTick()
      failure.value = failureMessage(error, lost)
    }
    finally {
      sending.value = false
      keep()
    }
  }

  return { draft, left, ready, sending: readonly(sending), failure: computed(() => failure.value ?? (tooLarge.value ? POST_TOO_LARGE : null)), send }
}
