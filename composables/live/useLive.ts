import { createEventHook } from '@vueuse/core'
import * as v from 'valibot'
import { LiveMessageSchema } from '#shared/schemas/live'
import type { LiveMessage, PostChange } from '#shared/types/live'

type UsersMessage = Extract<LiveMessage, { type: 'users' }>

export interface LiveListener {
  users?(message: UsersMessage): void
  posts?(changes: PostChange[]): void
  /** Something may have been missed: ask again for what is on the page. */
  catchUp?(): void
}

/** Everyone who was told to catch up does so within this time, not at the same moment. */
const SPREAD_MS = 1_000

const messages = createEventHook<LiveMessage>()
const Json = v.pipe(v.string(), v.parseJson(), LiveMessageSchema)

/** Hears what changes, from mounting to unmounting. However many listen, the browser has one stream. */
export function useLive(listener: LiveListener): void {
  // Nothing is live while the server renders, and a listener there would never go.
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
  let timer: ReturnType<typeof setTimeout> | undefined
  let first = true

  function catchUp() {
    timer = undefined
    void messages.trigger({ type: 'catch-up' })
  }

  function hear(json: string) {
    const parsed = v.safeParse(Json, json)
    if (!parsed.success) return
    if (parsed.output.type !== 'catch-up') return void messages.trigger(parsed.output)
    // A page that was just opened is one of many that were not opened at the same moment.
    timer ??= setTimeout(catchUp, first ? 0 : Math.random() * SPREAD_MS)
    first = false
  }

  scope.run(() => followTogether('/api/live', hear))
  return () => {
    clearTimeout(timer)
    scope.stop()
  }
}
