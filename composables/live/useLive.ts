import { createEventHook } from '@vueuse/core'
import * as v from 'valibot'
import { LiveMessageSchema } from '#shared/schemas/live'
import type { Audience, LiveMessage, PostChange } from '#shared/types/live'

type UsersMessage = Extract<LiveMessage, { type: 'users' }>
type NotificationsMessage = Extract<LiveMessage, { type: 'notifications' }>

export interface LiveListener {
  users?(message: UsersMessage): void
  posts?(changes: PostChange[]): void
  /** Of whoever is signed in, or was when the stream opened. */
  notifications?(message: NotificationsMessage): void
  /** Messages may have been missed: fetch again what is on the page. */
  catchUp?(): void
}

/** All pages of a server that was away find it again at about the same moment. They ask for what they missed within this time. */
const SPREAD_MS = 1_000

/** A session may reach the server later than the browser knows of it. */
const SIGN_IN = { attempts: 6, firstMs: 500, longestMs: 30_000 }

/** On which the tabs of a browser pass the messages of their stream on. */
export const LIVE_CHANNEL = 'rollcall:live'

const messages = createEventHook<LiveMessage>()
const Json = v.pipe(v.string(), v.parseJson(), LiveMessageSchema)

/** Listens to live changes until the component is unmounted. All listeners share one stream. */
export function useLive(listener: LiveListener): void {
  // On the server there is no stream, and a listener would never be removed.
  if (import.meta.server) return
  messages.on((message) => {
    if (message.type === 'users') listener.users?.(message)
    else if (message.type === 'posts') listener.posts?.(message.posts)
    else if (message.type === 'notifications') listener.notifications?.(message)
    else listener.catchUp?.()
  })
}

/** Starts the stream; called once, by the plugin. @param userId who is signed in: a guest is told of fewer people. @returns how to stop it */
export function startLive(userId: Readonly<Ref<string | null>>): () => void {
  const scope = effectScope(true)
  scope.run(() => {
    const catchUp = () => void messages.trigger({ type: 'catch-up', withinMs: 0 })
    const told = useSeldom(catchUp)
    const later = useLater(() => {
      told.cancel()
      catchUp()
    })
    let first = true

    function missed() {
      // A page that was just opened asks at once; later all open pages are told at the same moment.
      later.plan(0, first ? 0 : SPREAD_MS)
      first = false
    }

    function message(json: string) {
      const parsed = v.safeParse(Json, json)
      if (!parsed.success) return
      if (parsed.output.type === 'catch-up') told.plan(parsed.output.withinMs)
      else void messages.trigger(parsed.output)
    }

    let attempts = 0
    const again = useLater(() => stream.reopen())
    function audience(who: Audience) {
      if (who === 'members' || userId.value === null) attempts = 0
      else if (attempts < SIGN_IN.attempts) again.retry(attempts++, SIGN_IN)
    }
    const stream = useEventStream('/api/live', { message, missed, audience }, { sharedAs: LIVE_CHANNEL })
    watch(userId, () => {
      attempts = 0
      stream.reopen()
    })
  })
  return () => scope.stop()
}
