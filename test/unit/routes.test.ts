import { readFile } from 'node:fs/promises'
import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allowedMethods, apiRoutes } from '#server/utils/routes.ts'

/** The mirror's own statement, and the rows made up for tests and benches. */
const writers = ['db/queries/mirror.ts', 'scripts/lib/large-mirror.ts']
const root = resolve(import.meta.dirname, '../..')
const ignored = new Set(['node_modules', '.git', '.nuxt', '.output', '.data', 'test', 'public'])
const sources = globSync('**/*.{ts,mts,mjs,js,vue,sql}', { cwd: root, exclude: path => ignored.has(path) }).map(path => path.replaceAll('\\', '/'))
const read = (path: string) => readFile(resolve(root, path), 'utf8')

/** Paths, of those that `among` takes, whose text this fits. */
async function where(pattern: RegExp, among: (path: string) => boolean = () => true): Promise<string[]> {
  const found = await Promise.all(sources.filter(among).map(async path => pattern.test(await read(path)) ? [path] : []))
  return found.flat().sort()
}

const name = String.raw`(?:only\s+)?(?:"?public"?\s*\.\s*)?"?users"?\b`
const writes = [
  new RegExp(String.raw`\b(?:insert\s+into|delete\s+from|merge\s+into|copy|truncate(?:\s+table)?)\s+${name}`, 'i'),
  new RegExp(String.raw`\bupdate\s+${name}(?:\s+(?:as\s+)?\w+)?\s+set\b`, 'i'),
  /\btruncate\s+(?:table\s+)?[\w"., ]*\busers\b/i,
  // By drizzle's builder.
  /\.(?:insert|update|delete)\(\s*(?:schema\.)?users\s*[),]/,
  /\b(?:insert into|update|delete from)\s+\$\{\s*(?:schema\.)?users\s*\}/i,
]

describe('one rule decides every write of a user', () => {
  it('finds the source', () => {
    expect(sources).toContain('db/queries/mirror.ts')
    expect(sources).toContain('server/api/webhooks.post.ts')
  })

  it.each(writes)('%s is in db/queries/mirror.ts alone', async (pattern) => {
    const found = await where(pattern)
    expect(found.filter(path => !writers.includes(path))).toEqual([])
  })

  it.each([
    ['insert into users as u (id)', true], ['INSERT INTO "users" ("id")', true], ['update users set name = 1', true], ['update users u set name = 1', true],
    ['delete from public.users where true', true], ['truncate posts, users cascade', true], ['db.insert(users).values({})', true], ['await tx.update(schema.users).set({})', true],
    ['sql`delete from ${users} where id = 1`', true], ['insert into users_archive', false], ['<p class="truncate text-muted">users</p>', false], ['update profiles set user_id = 1', false], ['select * from users for no key update', false],
  ])('the search takes %j for a write: %s', (text, isWrite) => {
    expect(writes.some(pattern => pattern.test(text))).toBe(isWrite)
  })

  it('db/queries/mirror.ts is imported by server/sync alone', async () => {
    const anywhere = await where(/(?:\bfrom|\bimport\(?|\brequire\()\s*['"`][^'"`\n]*queries\/mirror(?:\.\w+)?['"`]/)
    const besideIt = await where(/(?:\bfrom|\bimport\(?)\s*['"`]\.\/mirror(?:\.\w+)?['"`]/, path => path.startsWith('db/queries/'))
    expect(anywhere.length).toBeGreaterThan(0)
    expect([...anywhere, ...besideIt].filter(path => !path.startsWith('server/sync/'))).toEqual([])
  })
})

const handlers = sources.filter(path => path.startsWith('server/api/') && path.endsWith('.ts'))

/** `server/api/posts/[id]/like.put.ts` → `/api/posts/:id/like` and PUT. */
function routeOf(file: string) {
  const match = /^server(\/api\/.+?)(?:\/index)?\.(get|post|put|patch|delete)\.ts$/.exec(file)
  return match?.[1] && match[2] ? { route: match[1].replaceAll(/\[(\w+)\]/g, ':$1'), method: match[2].toUpperCase() } : undefined
}

describe('the routes', () => {
  it('of the table are those of the files, method by method', () => {
    const fromFiles: Record<string, string[]> = {}
    for (const file of handlers) {
      const found = routeOf(file)
      if (found) (fromFiles[found.route] ??= []).push(found.method)
    }
    const sorted = (routes: Record<string, string[]>) => Object.fromEntries(Object.entries(routes).map(([route, methods]) => [route, [...methods].sort()] as const).sort(([a], [b]) => a < b ? -1 : 1))
    expect(sorted(apiRoutes)).toEqual(sorted(fromFiles))
  })

  it('name their method in the file, but for the catch-all', () => {
    expect(handlers.filter(file => !routeOf(file))).toEqual(['server/api/[...].ts'])
  })

  it.each([
    ['/api/posts', ['GET', 'POST']], ['/api/posts/0199', ['GET', 'DELETE']], ['/api/nothing', []], ['/api/posts/a/b/c', []],
  ])('%s takes %j', (path, methods) => {
    expect(allowedMethods(path)).toEqual(methods)
  })

  it('of admins are guarded, every one', async () => {
    const admin = handlers.filter(file => file.startsWith('server/api/admin/'))
    expect(admin.length).toBeGreaterThan(0)
    for (const file of admin) {
      const exported = (await read(file)).match(/^export default .*/gm)
      expect(exported, file).toHaveLength(1)
      expect(exported?.[0], file).toMatch(/^export default defineAdminHandler\(/)
    }
  })
})
