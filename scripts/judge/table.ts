import { readFile, writeFile } from 'node:fs/promises'
import { startLocalClerk } from '#local-clerk/index.ts'
import type { RouteName } from '#local-clerk/http/routes.ts'
import type { Operation, Specification } from './specification.ts'

const readme = new URL('../../local-clerk/README.md', import.meta.url)
const titles = { backend: 'Backend API', frontend: 'Frontend API' } as const

const begin = '<!-- Written by `npm run judge:openapi -- <folder> --write` -->'
const end = '<!-- End of what was written -->'

/** Writes the table of what the local Clerk serves, by its routes and the names that Clerk's files give them, into its README. */
export async function writeTable(specification: Specification): Promise<void> {
  const clerk = await startLocalClerk({ port: 0 })
  await clerk.close()
  const tables = (['backend', 'frontend'] as const).map(api => tableOf(api, clerk.routes[api], specification.operations.filter(each => each.api === api)))
  const text = await readFile(readme, 'utf8')
  const [before, after] = [text.slice(0, text.indexOf(begin) + begin.length), text.slice(text.indexOf(end))]
  await writeFile(readme, `${before}\n${tables.join('\n')}\n${after}`)
}

function tableOf(api: keyof typeof titles, routes: readonly RouteName[], operations: readonly Operation[]): string {
  const rows = routes.map(({ method, path }) => {
    // A parameter's name is ours or Clerk's; its place is the same.
    const example = path.replace(/:\w+/g, 'x')
    const operation = operations.find(each => each.method === method && each.matches.test(example))
    return { operation: operation?.id ?? null, request: `${method} ${path}` }
  }).sort((a, b) => (a.operation ?? a.request).localeCompare(b.operation ?? b.request))
  const served = new Set(rows.map(row => row.operation).filter(Boolean)).size
  return [
    '',
    `### ${titles[api]}: ${served} of ${operations.length} operations`,
    '',
    '| operation | request |',
    '|---|---|',
    ...rows.map(({ operation, request }) => `| ${operation ?? 'not in the files'} | \`${request}\` |`),
  ].join('\n')
}
