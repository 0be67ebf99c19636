/**
 * A message of an event stream, as bytes: made once, however many streams it is written to.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * @param data one line
 * @param event the type; `message` when not said
 */
export const toFrame = (data: string, event?: string): Buffer => Buffer.from(`${event ? `event: ${event}\n` : ''}data: ${data}\n\n`)
