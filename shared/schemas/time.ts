/**
 * Whether a text is a time as `Date.toJSON` writes it, `YYYY-MM-DDTHH:MM:SS.mmmZ`, of a day that there is, in the years
 * 1 to 9999: Postgres knows no year 0, https://www.postgresql.org/docs/current/datatype-datetime.html
 */
export const isTime = (text: string): boolean =>
  /^(?!0000)\d{4}-/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toJSON() === text
