import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { start } from './helpers.ts'

it('lists in its README every request that it serves', async () => {
  const { routes } = await start()
  const readme = readFileSync(new URL('../../../local-clerk/README.md', import.meta.url), 'utf8')
  const listed = [...readme.matchAll(/^\| .* \| `([A-Z]+ \/\S+)` \|$/gm)].map(match => match[1])
  const served = [...routes.backend, ...routes.frontend].map(({ method, path }) => `${method} ${path}`)
  expect(listed.sort(), 'Write the table anew: npm run judge:openapi -- <folder> --write').toEqual(served.sort())
})
