const services: { supportedLocalesOf(tag: string): string[] }[] = [Intl.Collator, Intl.DateTimeFormat, Intl.DisplayNames, Intl.NumberFormat, Intl.RelativeTimeFormat]

/**
 * The locale that every part of `Intl` knows by this tag: without extensions, and without a region that changes nothing,
 * so that there are as many as ICU has and no more. Undefined for a language that Intl does not know, and for what is no tag.
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

/** For an element whose text is in the reader's locale, on a page in English: a screen reader says it right, and its direction stays its own. */
export function localeAttributes(locale: string): { lang?: string, dir?: 'auto' } {
  return new Intl.Locale(locale).language === 'en' ? {} : { lang: locale, dir: 'auto' }
}
