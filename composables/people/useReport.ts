import { countCharacters } from '#shared/schemas/text'
import { NOTE_MAX_CHARACTERS } from '#shared/types/moderation'
import type { ReportReason } from '#shared/types/moderation'

/** A report while it is written. What was typed stays when sending fails. @param about a post, or a person */
export function useReport(about: { postId: string } | { userId: string }) {
  const reason = ref<ReportReason>()
  const note = ref('')
  const busy = ref(false)
  const failure = ref<string | null>(null)
  const sent = ref(false)

  async function send(): Promise<void> {
    if (busy.value) return
    if (!reason.value) {
      failure.value = 'Choose a reason first.'
      return
    }
    busy.value = true
    failure.value = null
    try {
      await $fetch('/api/reports', { method: 'POST', body: { ...about, reason: reason.value, note: note.value } })
      sent.value = true
    }
    catch (error) {
      failure.value = failureMessage(error, 'Your report was not sent. Check your connection and try again.')
    }
    busy.value = false
  }

  return { reason, note, left: computed(() => NOTE_MAX_CHARACTERS - countCharacters(note.value.trim())), busy: readonly(busy), failure: readonly(failure), sent: readonly(sent), send }
}
