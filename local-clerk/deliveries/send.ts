const answerTimeout = 15_000
const answerKept = 500

export interface Answer {
  /** null when there was no answer */
  status: number | null
  /** the answer's text, or what went wrong */
  text: string
  ms: number
}

async function textOf(response: Response): Promise<string> {
  return (await response.text()).slice(0, answerKept)
}

/** Posts one attempt. Svix waits 15 seconds and follows no redirect (svix-docs, `retries.mdx`). */
export async function send(url: string, body: string, headers: Record<string, string>, stop: AbortSignal): Promise<Answer> {
  const started = performance.now()
  const took = () => Math.round(performance.now() - started)
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(answerTimeout)])
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal })
    const text = await textOf(response)
    return { status: response.status, text, ms: took() }
  }
  catch (error) {
    const reason = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error)
    return { status: null, text: `No answer: ${reason}`.slice(0, answerKept), ms: took() }
  }
}
