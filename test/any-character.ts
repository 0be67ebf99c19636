import fc from 'fast-check'

const BEFORE_SURROGATES = 0xD800
const SURROGATES = 0x800

/**
 * Any code point but halves of pairs, as the unit of `fc.string`. fast-check's own `binary` is the same, and makes a table of
 * all the million of them before the first text, in 1 s.
 */
export const anyCharacter: fc.Arbitrary<string> = fc.integer({ min: 0, max: 0x10FFFF - SURROGATES }).map(
  place => String.fromCodePoint(place < BEFORE_SURROGATES ? place : place + SURROGATES),
  (character) => {
    const code = typeof character === 'string' ? character.codePointAt(0) : undefined
    if (code === undefined || String.fromCodePoint(code) !== character || !character.isWellFormed()) throw new Error('That is not one character.')
    return code < BEFORE_SURROGATES ? code : code - SURROGATES
  },
)
