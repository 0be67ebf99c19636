import * as v from 'valibot'
import { KeptDrafts } from '#shared/schemas/drafts.ts'
import type { KeptDraft } from '#shared/schemas/drafts.ts'

const NAME = 'rollcall:drafts'
/** The oldest ones go. */
export const DRAFTS_AT_MOST = 20
const KEPT_MS = 30 * 24 * 3_600_000

const Stored = v.fallback(v.pipe(v.string(), v.parseJson(), KeptDrafts), {})

/** The drafts of this browser that are not too old; none where it keeps nothing, or something else. */
function readAll(now: number): KeptDrafts {
  try {
    return Object.fromEntries(Object.entries(v.parse(Stored, localStorage.getItem(NAME))).filter(([, { at }]) => now - at < KEPT_MS))
  }
  catch {
    // Some browsers throw for a page that may store nothing.
    return {}
  }
}

/** What someone was writing at this place when they left it. @param place the user's id and the thread's */
export const findDraft = (place: string, now = Date.now()): KeptDraft | undefined => readAll(now)[place]?.draft

/** Keeps a draft for 30 days, or forgets it when its text is empty. Where the browser keeps nothing, neither is done. */
export function keepDraft(place: string, draft: KeptDraft, now = Date.now()): void {
  const { [place]: _, ...others } = readAll(now)
  const newest = Object.entries(others).sort(([, a], [, b]) => b.at - a.at)
  const kept = draft.text === '' ? newest : [[place, { at: now, draft }] as const, ...newest]
  try {
    if (kept.length === 0) localStorage.removeItem(NAME)
    else localStorage.setItem(NAME, JSON.stringify(Object.fromEntries(kept.slice(0, DRAFTS_AT_MOST))))
  }
  catch {
    // Full, or not allowed.
  }
}
