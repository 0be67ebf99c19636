import type { Faults, FaultsPatch } from '../faults.ts'

/** Faults that are worth seeing, each by one press. */
export const presets = {
  lost: { label: 'Lose everything for a minute', patch: { drop: 1 }, forMs: 60_000 },
  secret: { label: 'Wrong secret', patch: { wrongSignature: 1 }, forMs: null },
  slow: { label: 'Slow and doubled', patch: { delayMs: [2_000, 8_000], reorderMs: 4_000, duplicate: 1 }, forMs: null },
  down: { label: 'Backend API down', patch: { backend: { down: true } }, forMs: null },
} as const satisfies Record<string, { label: string, patch: Readonly<FaultsPatch>, forMs: number | null }>

export type PresetName = keyof typeof presets
export const presetNames = ['lost', 'secret', 'slow', 'down'] as const satisfies PresetName[]

export interface Presets {
  /** These faults and no others; one with an end is over by itself. */
  choose(name: PresetName): void
  /** The one whose faults are set now, and when it ends, ms since 1970; null where someone has set others since. */
  chosen(): { name: PresetName, endsAt: number | null } | null
}

export function createPresets(faults: Faults, now: () => number): Presets {
  let last: { name: PresetName, endsAt: number | null, settings: string } | null = null
  const settings = () => JSON.stringify(faults.get())
  const isOn = () => last !== null && last.settings === settings()
  return {
    choose(name) {
      const { patch, forMs } = presets[name]
      faults.clear()
      faults.set(structuredClone(patch))
      const mine = { name, endsAt: forMs === null ? null : now() + forMs, settings: settings() }
      last = mine
      if (forMs !== null) {
        setTimeout(() => {
          if (last === mine && isOn()) faults.clear()
        }, forMs).unref()
      }
    },
    chosen: () => last && isOn() ? { name: last.name, endsAt: last.endsAt } : null,
  }
}
