import Negotiator from 'negotiator'
import { localeOf } from '#shared/utils/locale.ts'

/** British English, in which the app's own words are: when the header names no usable language, or English without a country. */
const FALLBACK = 'en-GB'

/**
 * The reader's language, for times, numbers and names of countries.
 * @param header `Accept-Language` as the browser sent it
 */
export function readerLocale(header: string | undefined): string {
  for (const tag of new Negotiator({ headers: { 'accept-language': header } }).languages()) {
    const locale = localeOf(tag)
    if (locale) return locale === 'en' ? FALLBACK : locale
  }
  return FALLBACK
}
