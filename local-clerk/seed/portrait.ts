import type { Face } from './faces.ts'

const grounds = ['#f2c9a1', '#e8b4a0', '#f0d9a8', '#c9d6b8', '#b7d0cf', '#d9c6dd', '#eec0b7', '#d7cbb3', '#bccbe0']
const skins = ['#f6d7bf', '#8a5a3c', '#e9bd97', '#c68d63', '#6d452d', '#f0c8a6', '#a9714a']
const hairs = ['#2b211d', '#6b4327', '#c98c3f', '#8d8479', '#7a2f22', '#1e2430', '#d9b77a']
const clothes = ['#3f5d5a', '#a5482f', '#d49a3a', '#41507a', '#6f7f4f', '#7c4560', '#2f3b40', '#c66f4d']

const pick = (list: readonly string[], index: number): string => list[index % list.length] ?? '#888'

// Each style is what lies behind the face, and what lies before it.
const hairStyles: [back: string, front: string][] = [
  ['<path d="M28 92V50a32 32 0 0 1 64 0v42z"/>', '<path d="M36 54c0-20 10-29 25-29 13 0 23 9 23 27-9-1-17-5-22-12-5 8-14 13-26 14z"/>'],
  ['', '<path d="M35 52c-3-20 9-31 25-31s28 11 25 31c-3-7-6-11-9-13-10 3-22 3-32 0-4 2-7 6-9 13z"/>'],
  ['<circle cx="60" cy="21" r="12"/>', '<path d="M35 53c0-19 10-28 25-28s25 9 25 28c-4-9-10-14-25-14s-21 5-25 14z"/>'],
  ['<circle cx="38" cy="40" r="13"/><circle cx="82" cy="40" r="13"/><circle cx="48" cy="27" r="13"/><circle cx="72" cy="27" r="13"/><circle cx="60" cy="24" r="13"/><circle cx="34" cy="54" r="10"/><circle cx="86" cy="54" r="10"/>', '<path d="M37 48c4-12 12-17 23-17s19 5 23 17c-7-6-14-9-23-9s-16 3-23 9z"/>'],
  ['<path d="M30 78c-4-34 6-57 30-57s34 23 30 57c-6 3-10 2-12-2H42c-2 4-6 5-12 2z"/>', '<path d="M36 50c2-17 10-24 24-24s22 7 24 24H36z"/>'],
  ['', '<path d="M36 47c1-15 10-23 24-23s23 8 24 23c-3-4-5-6-8-7H44c-3 1-5 3-8 7z" opacity=".85"/>'],
  ['<path d="M34 50c-8 10-8 30-6 48h14V50zM86 50c8 10 8 30 6 48H78V50z"/>', '<path d="M35 54c-1-20 10-30 25-30s26 10 25 30c-7-3-12-9-14-17-8 9-20 15-36 17z"/>'],
  ['<path d="M32 62a28 34 0 1 1 56 0l4 44H28z"/>', '<path d="M36 50c3-14 11-20 24-20s21 6 24 20c-6-5-14-8-24-8s-18 3-24 8z"/>'],
]

const mouths = [
  '<path d="M51 70q9 8 18 0" fill="none" stroke="#5b2b22" stroke-width="2.4" stroke-linecap="round"/>',
  '<path d="M50 69q10 11 20 0z" fill="#fff" stroke="#5b2b22" stroke-width="2" stroke-linejoin="round"/>',
  '<path d="M53 71q8 4 15-2" fill="none" stroke="#5b2b22" stroke-width="2.4" stroke-linecap="round"/>',
]

const eyes = [
  '<circle cx="50" cy="56" r="2.6"/><circle cx="70" cy="56" r="2.6"/>',
  '<path d="M46 57q4-4 8 0M66 57q4-4 8 0" fill="none" stroke="#2a201c" stroke-width="2.4" stroke-linecap="round"/>',
]

const extras = [
  '',
  '<g fill="none" stroke="#3a2f2a" stroke-width="2"><circle cx="50" cy="56" r="7.5"/><circle cx="70" cy="56" r="7.5"/><path d="M57.5 55q2.5-2 5 0"/></g>',
  '<g fill="#d4703f" opacity=".28"><circle cx="44" cy="65" r="5"/><circle cx="76" cy="65" r="5"/></g>',
  '<g fill="#d8a634"><circle cx="35.5" cy="68" r="2.6"/><circle cx="84.5" cy="68" r="2.6"/></g>',
]

const beard = '<path d="M37 62c2 20 12 27 23 27s21-7 23-27c-5 6-10 5-14 4q-9-5-18 0c-4 1-9 2-14-4z" opacity=".9"/>'

function frame(body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120" width="240" height="240">${body}</svg>`
}

/** Someone's face, as an SVG of 240 by 240 px. */
export function drawPortrait(face: Face): string {
  const skin = pick(skins, face.skin)
  const hair = pick(hairs, face.colour)
  const [back, front] = hairStyles[face.hair % hairStyles.length] ?? ['', '']
  return frame([
    `<rect width="120" height="120" fill="${pick(grounds, face.ground)}"/>`,
    `<g fill="${hair}">${back}</g>`,
    `<path d="M14 124c2-26 20-34 46-34s44 8 46 34z" fill="${pick(clothes, face.ground * 3 + face.skin)}"/>`,
    `<path d="M50 76h20v16q-10 9-20 0z" fill="${skin}"/><path d="M50 84q10 8 20 0v-4H50z" opacity=".12"/>`,
    `<circle cx="36" cy="59" r="5.5" fill="${skin}"/><circle cx="84" cy="59" r="5.5" fill="${skin}"/>`,
    `<path d="M36 52c0-16 10-24 24-24s24 8 24 24v8c0 16-11 26-24 26S36 76 36 60z" fill="${skin}"/>`,
    face.beard ? `<g fill="${hair}">${beard}</g>` : '',
    `<g fill="${hair}">${front}</g>`,
    `<g fill="#2a201c">${pick(eyes, face.smile === 1 && face.extra !== 1 ? 1 : 0)}</g>`,
    '<path d="M60 58q3 5 0 7" fill="none" stroke="#2a201c" stroke-opacity=".35" stroke-width="2" stroke-linecap="round"/>',
    pick(mouths, face.smile ?? 0),
    extras[face.extra ?? 0] ?? '',
  ].join(''))
}

/** What stands in for a picture that was never set. */
export function drawSilhouette(): string {
  return frame('<rect width="120" height="120" fill="#d9d2c7"/><g fill="#f6f2ea"><circle cx="60" cy="48" r="22"/><path d="M18 124c2-30 20-42 42-42s40 12 42 42z"/></g>')
}
