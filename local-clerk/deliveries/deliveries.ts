import { errors } from '../errors.ts'
import type { Faults } from '../faults.ts'
import type { Observe } from '../recorder.ts'
import { newId } from '../state/ids.ts'
import type { Attempt, Delivery } from '../state/schema.ts'
import type { Store } from '../state/store.ts'
import { type ClerkEvent, envelope } from './events.ts'
import { createJobs, type Job } from './jobs.ts'
import { exampleEvent, exampleInstanceId } from './example.ts'
import { delayAfter, isFailingTooLong } from './schedule.ts'
import { type Answer, send } from './send.ts'
import { createWaiters } from './waiters.ts'
import { isWebhookSecret, newWebhookSecret, signedHeaders } from './sign.ts'

const concurrency = 16
const kept = 2000

export interface Deliveries {
  /** newest first */
  list(): Delivery[]
  emit(event: ClerkEvent): void
  /** Waits for everything that is due or waits for its first attempt; a retry in the future is not waited for. */
  idle(timeoutMs?: number): Promise<void>
  /** Waits until every delivery has succeeded, failed for good, or was dropped. */
  settled(timeoutMs?: number): Promise<void>
  /** Sends an event again, with the same `svix-id`, as a person's Replay does. */
  replay(eventId: string): void
  /** Sends Clerk's documented sample, as the dashboard's Send Example does. Returns its id. */
  sendExample(type: string): string
  /** Where events go from now on, or nowhere; an endpoint that was disabled is open again. */
  setUrl(url: string | null): void
  pause(): void
  resume(): void
  paused(): boolean
  /** A new secret; with `keepOld` both sign, as for 24 hours after Svix's rotation. Returns the new one. */
  rotateSecret(options?: { secret?: string, keepOld?: boolean }): string
  stop(): void
}

export interface DeliveriesOptions {
  store: Store
  faults: Faults
  now: () => number
  /** 0 to 1, for how much the waits vary */
  random: () => number
  retryScale: number
  /** start paused */
  paused: boolean
  observe?: Observe
}

/** Delivers events as Svix does: at least once, signed, tried again for a day. */
export function createDeliveries({ store, faults, now, random, retryScale, paused, observe }: DeliveriesOptions): Deliveries {
  const stopping = new AbortController()
  const { until, wake } = createWaiters()
  const jobs = createJobs({ now, concurrency, run: attempt, onChange: wake })

  function append(event: ClerkEvent, instanceId: string): Delivery {
    const touched = faults.touches(event.type)
    const settings = faults.get()
    const state = store.webhookUrl === null || store.webhookDisabled ? 'not sent' : touched && faults.strikes(settings.drop) ? 'dropped' : 'waiting'
    const delivery: Delivery = {
      id: newId('msg'),
      type: event.type,
      userId: event.userId,
      body: envelope(event, instanceId),
      createdAt: now(),
      state,
      attempts: [],
      nextAttemptAt: null,
      nextAttemptNumber: 1,
    }
    store.deliveries.set(delivery.id, delivery)
    forgetOldest()
    if (state === 'waiting') {
      const lateness = () => touched ? faults.between(settings.delayMs) + faults.between([0, settings.reorderMs]) : 0
      schedule(delivery, now() + lateness(), 1, 'schedule')
      const extra = touched && faults.strikes(settings.duplicate) ? settings.duplicateTimes : 0
      for (let copy = 0; copy < extra; copy += 1) {
        jobs.add({ deliveryId: delivery.id, dueAt: now() + lateness(), cause: 'duplicate', number: 1 })
      }
    }
    store.changed()
    return delivery
  }

  function forgetOldest() {
    for (const id of store.deliveries.keys()) {
      if (store.deliveries.size <= kept) return
      store.deliveries.delete(id)
    }
  }

  function schedule(delivery: Delivery, dueAt: number, number: number, cause: Job['cause']) {
    delivery.nextAttemptAt = dueAt
    delivery.nextAttemptNumber = number
    jobs.add({ deliveryId: delivery.id, dueAt, cause, number })
  }

  async function attempt(job: Job): Promise<void> {
    const delivery = store.deliveries.get(job.deliveryId)
    const url = store.webhookUrl
    if (!delivery || !url) return
    const at = now()
    const touched = faults.touches(delivery.type)
    const { wrongSignature, oldTimestamp } = faults.get()
    const headers = signedHeaders({
      id: delivery.id,
      body: delivery.body,
      at,
      secrets: store.webhookSecrets,
      wrongSignature: touched && faults.strikes(wrongSignature),
      oldTimestamp: touched && faults.strikes(oldTimestamp),
    })
    const answer = await send(url, delivery.body, headers, { stop: stopping.signal, now })
    if (stopping.signal.aborted) return
    const record: Attempt = { at, status: answer.status, ms: answer.ms, answer: answer.text, cause: job.cause }
    delivery.attempts.push(record)
    // A duplicate is an extra: the schedule of its event goes its own way.
    if (job.cause !== 'duplicate') decideNext(delivery, job, answer)
    store.changed()
  }

  function decideNext(delivery: Delivery, job: Job, { status, overloaded, retryAfter }: Answer) {
    delivery.nextAttemptAt = null
    if (status !== null && status >= 200 && status < 300) {
      delivery.state = 'succeeded'
      store.webhookFailingSince = null
      return
    }
    // What a person sends again is tried once, as at Svix.
    const delay = job.cause === 'replay' ? null : delayAfter(job.number, { scale: retryScale, random: random(), overloaded, retryAfter })
    delivery.state = delay === null ? 'failed' : 'waiting'
    if (delay !== null) schedule(delivery, now() + delay, job.number + 1, job.cause)
    else if (job.cause !== 'replay') noteGivenUp()
  }

  /** The clock of five days starts with an event that was given up; the next one that comes through stops it. */
  function noteGivenUp() {
    store.webhookFailingSince ??= now()
    if (!isFailingTooLong(now() - store.webhookFailingSince, retryScale)) return
    store.webhookDisabled = true
    jobs.remove(() => true)
    for (const delivery of store.deliveries.values()) {
      if (delivery.state === 'waiting') Object.assign(delivery, { state: 'failed', nextAttemptAt: null })
    }
  }

  const isQuiet = () => jobs.running() === 0
    && (jobs.paused() || jobs.all().every(job => job.number > 1 && job.dueAt > now()))
  const isSettled = () => jobs.running() === 0 && jobs.all().length === 0

  // Before anything left over from the last run is due.
  if (paused) jobs.pause()
  for (const delivery of store.deliveries.values()) {
    if (delivery.state === 'waiting') {
      schedule(delivery, delivery.nextAttemptAt ?? now(), delivery.nextAttemptNumber, 'schedule')
    }
  }

  return {
    list: () => [...store.deliveries.values()].reverse(),
    emit(event) {
      const { type, body } = append(event, store.instanceId)
      observe?.({ kind: 'event', type, body: JSON.parse(body) })
    },
    idle: (timeoutMs = 20_000) => until(isQuiet, timeoutMs, 'answered'),
    settled: (timeoutMs = 20_000) => until(isSettled, timeoutMs, 'settled'),
    replay(eventId) {
      const delivery = store.deliveries.get(eventId)
      if (!delivery) throw errors.notFound('That event')
      jobs.remove(job => job.deliveryId === eventId && job.cause !== 'duplicate')
      delivery.state = 'waiting'
      schedule(delivery, now(), 1, 'replay')
    },
    sendExample: type => append(exampleEvent(type), exampleInstanceId).id,
    setUrl(url) {
      Object.assign(store, { webhookUrl: url, webhookDisabled: false, webhookFailingSince: null })
      store.changed()
    },
    pause: () => jobs.pause(),
    resume: () => jobs.resume(),
    paused: () => jobs.paused(),
    rotateSecret({ secret = newWebhookSecret(), keepOld = false } = {}) {
      if (!isWebhookSecret(secret)) throw errors.formatInvalid('secret', 'A secret is whsec_ and the base64 of 16 bytes or more.')
      store.webhookSecrets = keepOld ? [secret, ...store.webhookSecrets] : [secret]
      store.changed()
      return secret
    },
    stop() {
      stopping.abort()
      jobs.stop()
    },
  }
}
