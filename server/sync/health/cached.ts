/**
 * A value that is asked for again once it is older than `ttlMs`; who asks meanwhile shares one answer.
 * A failure is not kept.
 */
export function cached<T>(ttlMs: number, load: () => Promise<T>, now: () => number = Date.now): () => Promise<T> {
  let kept: { value: Promise<T>, at: number } | null = null
  return () => {
    if (kept && now() - kept.at < ttlMs) return kept.value
    const value = load()
    const mine = kept = { value, at: now() }
    value.catch(() => {
      if (kept === mine) kept = null
    })
    return value
  }
}
