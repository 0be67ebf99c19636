import type { LiveMessage } from '#shared/types/live'
import type { RestrictionKind } from '#shared/types/moderation'
import type { PublicUser } from '#shared/types/user'

const words = { mute: { done: 'You muted', undone: 'You unmuted', failed: 'muted' }, block: { done: 'You blocked', undone: 'You unblocked', failed: 'blocked' } }

/** Mutes and blocks people, says so with a way back, and lets all tabs of this browser know. */
export function useRestrictions() {
  const request = useRequestFetch()
  const toast = useToast()
  const { viewer } = useViewer()
  const { current } = usePeople()

  async function change(person: PublicUser, kind: RestrictionKind, method: 'PUT' | 'DELETE'): Promise<boolean> {
    const { name } = current(person)
    try {
      await request<null>(`/api/me/restrictions/${person.id}`, method === 'PUT' ? { method, body: { kind } } : { method })
      const me = await request('/api/me')
      viewer.value = me
      tellOtherTabs()
    }
    catch (error) {
      toast.add({ title: `${name} was not ${method === 'PUT' ? '' : 'un'}${words[kind].failed}`, description: failureMessage(error), color: 'error' })
      return false
    }
    return true
  }

  async function restrict(person: PublicUser, kind: RestrictionKind): Promise<boolean> {
    if (!await change(person, kind, 'PUT')) return false
    const undo = {
      'label': 'Undo',
      'color': 'neutral',
      'variant': 'outline',
      'size': 'md',
      'data-testid': 'undo-restriction',
      onClick() {
        toast.remove(notice.id)
        void change(person, kind, 'DELETE')
      },
    } as const
    const notice = toast.add({
      title: `${words[kind].done} ${current(person).name}`,
      description: kind === 'mute' ? 'You won’t see their posts. They won’t be notified.' : 'You won’t see each other’s posts. They won’t be notified.',
      color: 'neutral',
      orientation: 'horizontal',
      actions: [undo],
    })
    return true
  }

  async function lift(person: PublicUser, kind: RestrictionKind): Promise<boolean> {
    if (!await change(person, kind, 'DELETE')) return false
    toast.add({ title: `${words[kind].undone} ${current(person).name}`, color: 'neutral' })
    return true
  }

  return { restrict, lift }
}

/** As a message of the stream, which makes each tab ask who is hidden from the viewer. */
function tellOtherTabs(): void {
  if (!('BroadcastChannel' in window)) return
  const channel = new BroadcastChannel(LIVE_CHANNEL)
  channel.postMessage(JSON.stringify({ type: 'catch-up', withinMs: 0 } satisfies LiveMessage))
  channel.close()
}
