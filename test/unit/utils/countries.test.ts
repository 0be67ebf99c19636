import { expect, it } from 'vitest'
import { countriesIn, countryCodes, countryName } from '#utils/countries.ts'

it('knows every assigned code once, and a name for each', () => {
  expect(new Set(countryCodes).size).toBe(249)
  for (const code of countryCodes) {
    expect(code).toMatch(/^[A-Z]{2}$/)
    expect(countryName(code)).not.toBe(code)
  }
})

it('shows a code that it does not know as it is', () => {
  expect(countryName('1')).toBe('1')
})

it('names countries in the reader\'s language', () => {
  expect(['en-GB', 'de', 'ar', 'ja'].map(locale => countryName('DE', locale))).toEqual(['Germany', 'Deutschland', 'ألمانيا', 'ドイツ'])
})

it('puts them in that language\'s order', () => {
  const german = countriesIn('de').map(({ value }) => value)
  expect(german).toHaveLength(249)
  // Ägypten among the As, where by code points it would come last.
  expect(german.indexOf('EG')).toBeLessThan(german.indexOf('BE'))
  // In Swedish Ö is a letter of its own, after Z.
  expect(countriesIn('sv').at(-1)?.label).toBe('Östtimor')
})
