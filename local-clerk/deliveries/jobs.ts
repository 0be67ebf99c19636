import type { Attempt } from '../state/schema.ts'

/** One attempt that is to be made. */
export interface Job {
  deliveryId: string
  dueAt: number
  cause: Attempt['cause']
  /** 1 for the first attempt of a schedule */
  number: number
}

const longestTimer = 2_000_000_000

export interface Jobs {
  add(job: Job): void
  all(): readonly Job[]
  remove(matching: (job: Job) => boolean): void
  running(): number
  pause(): void
  resume(): void
  paused(): boolean
  stop(): void
}

export interface JobsOptions {
  now: () => number
  concurrency: number
  run: (job: Job) => Promise<void>
  /** called whenever a job ended or the list changed */
  onChange: () => void
}

/** Runs jobs when they are due, earliest first, a bounded number at once. */
export function createJobs({ now, concurrency, run, onChange }: JobsOptions): Jobs {
  const waiting: Job[] = []
  let running = 0
  let isPaused = false
  let timer: ReturnType<typeof setTimeout> | null = null

  function pump() {
    if (timer) clearTimeout(timer)
    timer = null
    while (!isPaused && running < concurrency) {
      const next = waiting[0]
      if (!next) break
      const wait = next.dueAt - now()
      if (wait > 0) {
        timer = setTimeout(pump, Math.min(wait, longestTimer))
        break
      }
      waiting.shift()
      running += 1
      void run(next).finally(() => {
        running -= 1
        pump()
        onChange()
      })
    }
  }

  return {
    add(job) {
      // Equal due times keep the order in which they came.
      const place = waiting.findLastIndex(other => other.dueAt <= job.dueAt) + 1
      waiting.splice(place, 0, job)
      pump()
    },
    all: () => waiting,
    remove(matching) {
      for (let index = waiting.length - 1; index >= 0; index -= 1) {
        const job = waiting[index]
        if (job && matching(job)) waiting.splice(index, 1)
      }
      onChange()
    },
    running: () => running,
    pause() {
      isPaused = true
      pump()
      onChange()
    },
    resume() {
      isPaused = false
      pump()
    },
    paused: () => isPaused,
    stop() {
      isPaused = true
      waiting.length = 0
      pump()
      onChange()
    },
  }
}
