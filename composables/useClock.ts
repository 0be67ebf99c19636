/**
 * The time and zone that dates are shown in. Both travel from the server to the browser, so that the
 * first render there says the same words; a plugin moves them on afterwards.
 */
export function useClock() {
  return {
    now: useState('clock:now', () => Date.now()),
    timeZone: useState('clock:zone', () => 'UTC'),
  }
}
