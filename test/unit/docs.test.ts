import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '#scripts/lib/rollcall.ts'
import packages from '../../package.json' with { type: 'json' }

const pages = ['*.md', 'docs/**/*.md', 'bench/*.md', 'local-clerk/*.md'].flatMap(pattern => globSync(pattern, { cwd: root }))
const read = (path: string) => readFileSync(path, 'utf8')
const withoutCode = (text: string) => text.replaceAll(/^```.*?^```$/gms, '')

/** A heading's anchor, as GitHub makes it. */
const anchors = (text: string) => [...withoutCode(text).matchAll(/^#+ (.+)$/gm)]
  .map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-'))

it.each(pages)('%s leads to files and headings that are there', (page) => {
  const text = read(join(root, page))
  const lost = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)].map(([, link, source]) => link ?? source ?? '').filter((link) => {
    if (/^(?:https?|mailto):/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? join(root, page) : resolve(root, dirname(page), path)
    return !existsSync(target) || (anchor !== undefined && target.endsWith('.md') && !anchors(read(target)).includes(anchor))
  })
  expect(lost).toEqual([])
})

it.each(pages)('%s names commands of package.json alone', (page) => {
  const named = [...read(join(root, page)).matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name = '']) => name)
  expect(named.filter(name => !Object.hasOwn(packages.scripts, name))).toEqual([])
})

it('each page of docs is reached from the README', () => {
  const readme = read(join(root, 'README.md'))
  expect(globSync('docs/*.md', { cwd: root }).filter(page => !readme.includes(`(${page}`))).toEqual([])
})
