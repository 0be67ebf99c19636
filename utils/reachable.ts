/** How long the server may take to answer, ms. */
const PATIENCE_MS = 5_000

/** Whether the server answers: then a file that did not come is gone, as after a deploy, and not only late. */
export async function isReachable(): Promise<boolean> {
  if (!navigator.onLine) return false
  try {
    const { ok } = await fetch('/favicon.svg', { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })
    return ok
  }
  catch {
    return false
  }
}
