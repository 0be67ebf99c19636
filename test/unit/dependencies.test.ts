import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as v from 'valibot'
import { expect, it } from 'vitest'

const read = (path: string) => readFile(resolve(import.meta.dirname, '../..', path), 'utf8')
const Versions = v.record(v.string(), v.string())
const Package = v.object({ dependencies: Versions, devDependencies: Versions, allowScripts: v.record(v.string(), v.boolean()) })

const manifest = async () => v.parse(Package, JSON.parse(await read('package.json')))

it('each dependency has its line in CONTRIBUTING.md, which says why, and each line its dependency', async () => {
  const { dependencies, devDependencies } = await manifest()
  const lines = [...(await read('CONTRIBUTING.md')).split('## Dependencies')[1]?.split('\n## ')[0]?.matchAll(/^\| `([^`]+)` \| \S.* \|$/gm) ?? []].map(([, name]) => name)
  expect(lines).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort())
})

it('each dependency is pinned', async () => {
  const { dependencies, devDependencies } = await manifest()
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/)
})

it('a script that a package runs at install is refused unless it is named', async () => {
  expect(await read('.npmrc')).toMatch(/^strict-allow-scripts=true$/m)
  expect(Object.keys((await manifest()).allowScripts).length).toBeGreaterThan(0)
})
