import { createHash, randomBytes } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const idLength = 27

function fromBytes(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes.subarray(0, idLength)) text += alphabet.charAt(byte % alphabet.length)
  return text
}

/** A new id as Clerk writes them: `user_` and 27 letters or digits. */
export function newId(prefix: string): string {
  return `${prefix}_${fromBytes(randomBytes(idLength))}`
}

/** The same id for the same name on every machine, for seeded people. */
export function stableId(prefix: string, name: string): string {
  return `${prefix}_${fromBytes(createHash('sha512').update(name).digest())}`
}
