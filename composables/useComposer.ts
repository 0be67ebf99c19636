import * as v from 'valibot'
import { PostBody, POST_MAX_CHARACTERS, countCharacters } from '~~/shared/schemas/text'

/**
 * The state of a text that is about to be posted. `send` gives it away at once and takes it back
 * when it is refused; a second call while the first is under way does nothing.
 */
export function useComposer(publish: (body: string) => Promise<unknown>) {
  const text = ref('')
  const failure = ref<string | null>(null)
  const sending = ref(false)
  const left = computed(() => POST_MAX_CHARACTERS - countCharacters(text.value.trim()))
  const ready = computed(() => !sending.value && text.value.trim() !== '' && left.value >= 0)

  watch(text, () => {
    failure.value = null
  })

  async function send(): Promise<void> {
    if (sending.value) return
    const parsed = v.safeParse(PostBody, text.value)
    if (!parsed.success) {
      failure.value = parsed.issues[0].message
      return
    }
    const written = text.value
    sending.value = true
    text.value = ''
    try {
      await publish(parsed.output)
    }
    catch (error) {
      // What was typed in the meantime stays, below.
      text.value = [written, text.value].filter(Boolean).join('\n\n')
      await nextTick()
      failure.value = failureMessage(error, 'Your post was not sent. Check your connection and try again.')
    }
    finally {
      sending.value = false
    }
  }

  return { text, left, ready, sending: readonly(sending), failure: readonly(failure), send }
}
