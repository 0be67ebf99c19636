import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { launchBrowser } from './lib/browser.ts'

/** Draws the icons that have to be PNG from the ones in SVG: `node scripts/icons.ts`, after a change of the mark. */
const folder = resolve(import.meta.dirname, '../public')
const svg = await readFile(resolve(folder, 'icon.svg'), 'utf8')
/** To the edges: the system cuts its own shape out of it. */
const square = svg.replace(/ rx="\d+"/, '')
/** The mark within the safe zone of a maskable icon, 80 % across. */
const maskable = square.replace('translate(96 96) scale(10)', 'translate(128 128) scale(8)')

async function draw(page: Page, picture: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(`<style>body { margin: 0 } svg { display: block; width: ${size}px; height: ${size}px }</style>${picture}`)
  return page.screenshot({ omitBackground: true })
}

/** An .ico that holds one PNG. https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10) */
function icoOf(png: Buffer, size: number): Buffer {
  const head = Buffer.alloc(22)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(1, 4)
  head.writeUInt8(size, 6)
  head.writeUInt8(size, 7)
  head.writeUInt16LE(1, 10)
  head.writeUInt16LE(32, 12)
  head.writeUInt32LE(png.length, 14)
  head.writeUInt32LE(head.length, 18)
  return Buffer.concat([head, png])
}

const browser = await launchBrowser()
try {
  const page = await browser.newPage()
  const save = (name: string, data: Buffer) => writeFile(resolve(folder, name), data)
  await save('icon-192.png', await draw(page, svg, 192))
  await save('icon-512.png', await draw(page, svg, 512))
  await save('icon-maskable-512.png', await draw(page, maskable, 512))
  await save('apple-touch-icon.png', await draw(page, square, 180))
  await save('favicon.ico', icoOf(await draw(page, svg, 32), 32))
}
finally {
  await browser.close()
}
