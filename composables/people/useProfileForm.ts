import { useEventListener } from '@vueuse/core'
import { BIO_MAX_CHARACTERS, countCharacters } from '#shared/schemas/text'
import type { OwnProfile } from '#shared/types/user'

const LEAVE = 'You have unsaved changes. Leave anyway?'

/**
 * The viewer's own profile while it is edited. The form keeps its values when saving fails, and asks before unsaved changes
 * are lost by leaving. `save` does nothing while an earlier call is under way.
 */
export function useProfileForm(saved: () => OwnProfile) {
  const { viewer } = useViewer()
  const toast = useToast()
  const fields = ({ bio, country, birthday }: OwnProfile) => ({ bio: bio ?? '', country: country ?? undefined, birthday: birthday ?? '' })
  const form = reactive(fields(saved()))
  const busy = ref(false)
  const failure = ref<string | null>(null)

  /** The API takes null for an empty field. */
  const patch = computed(() => ({ bio: form.bio, country: form.country ?? null, birthday: form.birthday || null }))
  const changed = computed(() => {
    const { bio, country, birthday } = fields(saved())
    return form.bio.trim() !== bio || form.country !== country || form.birthday !== birthday
  })

  async function save(): Promise<void> {
    if (busy.value) return
    busy.value = true
    failure.value = null
    try {
      const profile = await $fetch('/api/me/profile', { method: 'PATCH', body: patch.value })
      if (viewer.value.status === 'here') viewer.value = { ...viewer.value, profile }
      toast.add({ title: 'Saved', color: 'success', icon: 'i-lucide-check' })
    }
    catch (error) {
      failure.value = failureMessage(error)
    }
    finally {
      busy.value = false
    }
  }

  onBeforeRouteLeave(() => !changed.value || confirm(LEAVE))
  useEventListener('beforeunload', (event) => {
    if (changed.value) event.preventDefault()
  })

  return {
    form,
    patch,
    left: computed(() => BIO_MAX_CHARACTERS - countCharacters(form.bio.trim())),
    busy: readonly(busy),
    failure: readonly(failure),
    save,
  }
}
