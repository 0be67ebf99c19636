import { expect, it } from 'vitest'
import { countryCodes, countryName } from '../../../../shared/utils/countries.ts'

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
