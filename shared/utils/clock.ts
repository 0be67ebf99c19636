/** A page says anew how long ago something was each 30 s, whoever rendered it, ms. */
export const CLOCK_TICK_MS = 30_000
