import { expect, it } from 'vitest'
import { readerLocale } from '#server/utils/locale.ts'
import { localeAttributes, localeOf } from '#shared/utils/locale.ts'

it.each([
  ['de-DE,de;q=0.9,en;q=0.8', 'de-DE'],
  ['ar-EG', 'ar-EG'],
  ['ja', 'ja'],
  ['en;q=0.5, tr-TR', 'tr-TR'],
  ['en', 'en-GB'],
  ['en-US,en;q=0.5', 'en-US'],
  ['tlh, fr;q=0.1', 'fr'],
  ['not a tag, de_DE', 'en-GB'],
  ['*', 'en-GB'],
  ['de;q=0', 'en-GB'],
  ['', 'en-GB'],
  [undefined, 'en-GB'],
])('takes from "%s" the locale %s', (header, locale) => {
  expect(readerLocale(header)).toBe(locale)
})

it('knows no more locales than ICU: extensions and unknown regions change nothing', () => {
  expect(localeOf('de-DE-u-nu-arab-x-anything')).toBe('de-DE')
  expect(localeOf('de-XX')).toBe('de')
  expect(localeOf('"><script>')).toBeUndefined()
})

it('marks what is not English', () => {
  expect(localeAttributes('en-US')).toEqual({})
  expect(localeAttributes('ar-EG')).toEqual({ lang: 'ar-EG', dir: 'auto' })
})
