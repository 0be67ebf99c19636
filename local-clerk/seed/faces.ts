/** How someone is drawn: places in the lists of `portrait.ts`. */
export interface Face {
  skin: number
  hair: number
  colour: number
  ground: number
  beard?: boolean
  extra?: number
  smile?: number
}

/** A face for each seeded person with a picture, by key. */
export const faces: Readonly<Record<string, Face>> = {
  ada: { skin: 0, hair: 0, colour: 6, ground: 0, extra: 1, smile: 1 },
  noor: { skin: 2, hair: 7, colour: 0, ground: 4, smile: 0 },
  haruka: { skin: 5, hair: 4, colour: 5, ground: 5, extra: 2 },
  omar: { skin: 3, hair: 1, colour: 0, ground: 2, beard: true },
  katya: { skin: 0, hair: 6, colour: 2, ground: 8, smile: 1 },
  priya: { skin: 3, hair: 0, colour: 0, ground: 1, extra: 3, smile: 1 },
  zoe: { skin: 5, hair: 2, colour: 4, ground: 3, extra: 2 },
  tomas: { skin: 0, hair: 5, colour: 1, ground: 7, extra: 1, smile: 2 },
  mira: { skin: 2, hair: 3, colour: 1, ground: 5, smile: 1 },
  theodora: { skin: 5, hair: 2, colour: 3, ground: 6, extra: 1, smile: 2 },
  minjun: { skin: 5, hair: 1, colour: 5, ground: 3, smile: 0 },
  eleni: { skin: 2, hair: 6, colour: 0, ground: 0, extra: 3, smile: 2 },
  lucia: { skin: 6, hair: 4, colour: 1, ground: 4, smile: 1 },
  kwame: { skin: 4, hair: 5, colour: 0, ground: 2, beard: true, smile: 1 },
  ingrid: { skin: 0, hair: 7, colour: 3, ground: 1, extra: 1 },
  yusuf: { skin: 2, hair: 1, colour: 1, ground: 8, beard: true, smile: 2 },
  anh: { skin: 5, hair: 0, colour: 5, ground: 6, smile: 0 },
  tala: { skin: 3, hair: 2, colour: 0, ground: 7, extra: 3, smile: 1 },
  fatou: { skin: 4, hair: 3, colour: 0, ground: 0, extra: 3, smile: 1 },
}
