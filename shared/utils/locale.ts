const services: { supportedLocalesOf(tag: string): string[] }[] = [Intl.Collator, Intl.DateTimeFormat, Intl.DisplayNames, Intl.NumberFormat, Intl.RelativeTimeFormat]

/**
 * The locale that `Intl` uses for a language tag: without extensions, and without a region that ICU does not know, so that
 * the number of locales is bounded. Undefined for an unknown language, and for text that is not a tag.
 */
export function localeOf(tag: string): string | undefined {
  try {
    const { baseName } = new Intl.Locale(tag)
    const known = services.every(service => service.supportedLocalesOf(baseName).length > 0)
    return known ? new Intl.DateTimeFormat(baseName).resolvedOptions().locale : undefined
  }
  catch {
    return undefined
  }
}

/** Attributes of an element whose text is in the reader's language, on a page in English: for screen readers and text direction. */
export function localeAttributes(locale: string): { lang?: string, dir?: 'auto' } {
  return /^en\b/.test(locale) ? {} : { lang: locale, dir: 'auto' }
}
