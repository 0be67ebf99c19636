/**
 * The time, the zone and the language that dates and numbers are shown in. All of it travels from the server to the browser,
 * so that the first render there says the same words; a plugin moves time and zone on afterwards.
 */
export function useClock() {
  const locale = useState('clock:locale', () => useRequestEvent()?.context.page?.locale ?? 'en-GB')
  return {
    now: useState('clock:now', () => Date.now()),
    timeZone: useState('clock:zone', () => 'UTC'),
    locale: readonly(locale),
  }
}
