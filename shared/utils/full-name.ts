/** The letters of `is_family_first` in the migrations, which is the same rule for the database. */
const familyFirst = /^(?:[ \t\n\v\f\r\u00A0\u1100-\u11FF\u3000\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303B\u3041-\u30FF\u3131-\u318E\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uA960-\uA97C\uAC00-\uD7FB\uF900-\uFAFF\uFF66-\uFFDC\u{1AFF0}-\u{1B16F}\u{20000}-\u{323AF}]|[\uFE00-\uFE0F]|[\u{E0100}-\u{E01EF}])+$/u

/**
 * A full name as `display_name` in the database makes it, for someone whose row is not there yet: the family name first and
 * without a space in Han, Hangul and Kana (https://www.unicode.org/reports/tr35/tr35-personNames.html).
 * @returns an empty text where there is no name
 */
export function fullName(firstName: string | null | undefined, lastName: string | null | undefined): string {
  if (firstName && lastName && familyFirst.test(firstName) && familyFirst.test(lastName)) return (lastName + firstName).replace(/[ \t\n\v\f\r\u00A0\u3000]+/g, '')
  return `${firstName ?? ''} ${lastName ?? ''}`.trim()
}
