import type { Ref } from 'vue'
import { useWindowScroll } from '@vueuse/core'
import * as v from 'valibot'
import { AdminLiveMessageJson } from '#shared/schemas/admin-live'
import type { AdminEvent } from '#shared/types/admin'

/** Someone who has scrolled less is still looking at the newest events. */
const TOP_PX = 100
/** With more new events than this the list is fetched again. */
const MOST = 300

interface EventList {
  /** The pages that were fetched, newest first. */
  list: Readonly<Ref<readonly AdminEvent[]>>
  /** Whether an event belongs to this list at all. */
  isListed(event: AdminEvent): boolean
  askNewest(): Promise<AdminEvent[]>
  reload(): Promise<void>
}

/**
 * A list of events with those that arrive live. At the top of the page they are added at once; further down they wait, so
 * that what someone reads does not move. An event that is already listed is replaced, and removed when it no longer belongs.
 */
export function useLiveEvents({ list, isListed, askNewest, reload }: EventList) {
  const news = shallowRef(new Map<string, AdminEvent>())
  /** The ids of live events that are shown. */
  const admitted = shallowRef(new Set<string>())
  const many = ref(false)

  const { y } = useWindowScroll()
  const atTop = computed(() => y.value < TOP_PX)

  const inList = computed(() => new Set(list.value.map(({ id }) => id)))
  const arrivals = computed(() => [...news.value.values()]
    .filter(event => !inList.value.has(event.id) && isListed(event))
    .sort((a, b) => b.lastReceivedAt.localeCompare(a.lastReceivedAt)))
  const waiting = computed(() => arrivals.value.filter(({ id }) => !admitted.value.has(id)).length)

  const items = computed(() => [
    ...arrivals.value.filter(({ id }) => admitted.value.has(id)),
    ...list.value.flatMap((event) => {
      const newer = news.value.get(event.id)
      return !newer || newer.lastReceivedAt < event.lastReceivedAt ? [event] : isListed(newer) ? [newer] : []
    }),
  ])

  /** Shows the events that wait. */
  async function take(): Promise<void> {
    if (many.value) return reload()
    admitted.value = new Set(news.value.keys())
  }

  async function overflow(): Promise<void> {
    if (atTop.value) return reload()
    many.value = true
  }

  function hear(heard: readonly AdminEvent[]): void {
    const events = heard.filter(event => isNew(event) && (isListed(event) || inList.value.has(event.id) || news.value.has(event.id)))
    if (events.length === 0) return
    if (news.value.size + events.length > MOST) return void overflow()
    const next = new Map(news.value)
    for (const event of events) next.set(event.id, event)
    news.value = next
    if (atTop.value && !many.value) void take()
  }

  /** Adds what came while the stream was closed. */
  async function catchUp(): Promise<void> {
    const newest = await askNewest().catch(() => null)
    // The stream fails with the server, and asks for this again when it is open.
    if (!newest) return
    const missed = newest.filter(({ id, lastReceivedAt }) => news.value.get(id)?.lastReceivedAt !== lastReceivedAt && !inList.value.has(id))
    if (missed.length > 0 && missed.length === newest.length && list.value.length > 0) return overflow()
    hear(newest)
  }

  function isNew({ id, lastReceivedAt }: AdminEvent): boolean {
    const known = news.value.get(id) ?? list.value.find(event => event.id === id)
    return !known || known.lastReceivedAt < lastReceivedAt
  }

  watch(atTop, top => top && take())

  onMounted(() => useEventStream('/api/admin/live', {
    message(json) {
      const message = v.safeParse(AdminLiveMessageJson, json)
      if (!message.success) return
      if (message.output.type === 'many') void overflow()
      else hear(message.output.events)
    },
    missed: () => void catchUp(),
  }))

  return {
    items,
    /** The ids of events that came in live. */
    admitted,
    /** How many wait; `many` when there are too many to count. */
    waiting,
    many,
    take,
    /** To be called when the list was fetched again: it now holds the live events. */
    forget(): void {
      const newest = list.value[0]?.lastReceivedAt ?? ''
      news.value = new Map([...news.value].filter(([, event]) => event.lastReceivedAt > newest))
      many.value = false
    },
  }
}
