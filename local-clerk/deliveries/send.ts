const answerTimeout = 15_000
const answerKept = 500

export interface Answer {
  /** null when there was no answer */
  status: number | null
  /** the answer's text, or what went wrong */
  text: string
  ms: number
  /** a 429, or nothing in time */
  overloaded: boolean
  /** what `Retry-After` asks for, in milliseconds; null where it says nothing */
  retryAfter: number | null
}

/** `Retry-After` is seconds or a date (RFC 9110). */
function retryAfterOf(response: Response, now: number): number | null {
  const text = response.headers.get('retry-after') ?? ''
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

async function textOf(response: Response): Promise<string> {
  return (await response.text()).slice(0, answerKept)
}

/** Posts one attempt. Svix waits 15 seconds and follows no redirect (svix-docs, `retries.mdx`). */
export async function send(url: string, body: string, headers: Record<string, string>, { stop, now }: { stop: AbortSignal, now: () => number }): Promise<Answer> {
  const started = performance.now()
  const took = () => Math.round(performance.now() - started)
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(answerTimeout)])
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal })
    const text = await textOf(response)
    return { status: response.status, text, ms: took(), overloaded: response.status === 429, retryAfter: retryAfterOf(response, now()) }
  }
  catch (error) {
    const reason = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error)
    const overloaded = error instanceof Error && error.name === 'TimeoutError'
    return { status: null, text: `No answer: ${reason}`.slice(0, answerKept), ms: took(), overloaded, retryAfter: null }
  }
}
