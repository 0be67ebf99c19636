import { createEventHook } from '@vueuse/core'
import * as v from 'valibot'
import { LiveMessageSchema } from '#shared/schemas/live'
import type { LiveMessage, PostChange } from '#shared/types/live'

type UsersMessage = Extract<LiveMessage, { type: 'users' }>

export interface LiveListener {
  users?(message: UsersMessage): void
  posts?(changes: PostChange[]): void
  /** Messages may have been missed: fetch again what is on the page. */
  catchUp?(): void
}

/** Pages that are told to catch up do so within this time. */
const SPREAD_MS = 1_000

const messages = createEventHook<LiveMessage>()
const Json = v.pipe(v.string(), v.parseJson(), LiveMessageSchema)

/** Listens to live changes until the component is unmounted. All listeners share one stream. */
export function useLive(listener: LiveListener): void {
  // On the server there is no stream, and a listener would never be removed.
  if (import.meta.server) return
  messages.on((message) => {
    if (message.type === 'users') listener.users?.(message)
    else if (message.type === 'posts') listener.posts?.(message.posts)
    else listener.catchUp?.()
  })
}

/** Starts the stream; called once, by the plugin. @returns how to stop it */
export function startLive(): () => void {
  const scope = effectScope(true)
  scope.run(() => {
    const later = useLater(() => messages.trigger({ type: 'catch-up' }))
    let first = true

    function missed() {
      // A page that was just opened asks at once; later all open pages are told at the same moment.
      later.plan(0, first ? 0 : SPREAD_MS)
      first = false
    }

    function message(json: string) {
      const parsed = v.safeParse(Json, json)
      if (!parsed.success) return
      if (parsed.output.type === 'catch-up') missed()
      else void messages.trigger(parsed.output)
    }

    useEventStream('/api/live', { message, missed }, { sharedAs: 'rollcall:live' })
  })
  return () => scope.stop()
}
