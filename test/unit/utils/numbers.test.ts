import { expect, it } from 'vitest'
import { countText, fullCount } from '#utils/numbers.ts'

it.each([
  ['en-GB', '9,999', '12k', '12,345'],
  ['en-US', '9,999', '12K', '12,345'],
  ['de', '9.999', '12.345', '12.345'],
  ['ar-EG', '٩٬٩٩٩', '١٢ ألف', '١٢٬٣٤٥'],
  ['ja', '9,999', '1.2万', '12,345'],
])('counts in %s', (locale, exact, rough, whole) => {
  expect(countText(9_999, locale)).toBe(exact)
  expect(countText(12_345, locale).replace('\u00A0', ' ')).toBe(rough)
  expect(fullCount(12_345, locale)).toBe(whole)
})
