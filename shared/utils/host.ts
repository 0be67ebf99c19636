/** The host in what a person wrote, with or without `https://` and a path; null when there is none. */
export const hostOf = (text: string | undefined) => text?.trim().replace(/^https?:\/\//, '').replace(/\/.*$/, '') || null
