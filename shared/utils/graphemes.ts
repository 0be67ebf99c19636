/** Cuts a text into graphemes, what people take for one character: a flag, a family or an accented letter is one. */
export const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
