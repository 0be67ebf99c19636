/**
 * The time, the time zone and the locale in which dates and numbers are shown. They are sent with the server's markup, so that
 * hydration renders the same text; a plugin updates time and zone afterwards.
 */
export const useClock = perApp(() => {
  const locale = useState('clock:locale', () => useRequestEvent()?.context.page?.locale ?? 'en-GB')
  return {
    now: useState('clock:now', () => Date.now()),
    timeZone: useState('clock:zone', () => 'UTC'),
    locale: readonly(locale),
  }
})
