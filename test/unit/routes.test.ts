import { readFile } from 'node:fs/promises'
import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allowedMethods, apiRoutes, pageRoutes, routeOf } from '#server/utils/routes.ts'

const root = resolve(import.meta.dirname, '../..')
const handlers = globSync('server/api/**/*.ts', { cwd: root }).map(path => path.replaceAll('\\', '/'))
const read = (path: string) => readFile(resolve(root, path), 'utf8')

/** `server/api/posts/[id]/like.put.ts` → `/api/posts/:id/like` and PUT. */
function routeOfFile(file: string) {
  const match = /^server(\/api\/.+?)(?:\/index)?\.(get|post|put|patch|delete)\.ts$/.exec(file)
  return match?.[1] && match[2] ? { route: match[1].replaceAll(/\[(\w+)\]/g, ':$1'), method: match[2].toUpperCase() } : undefined
}

describe('the routes', () => {
  it('of the table are those of the files, method by method', () => {
    const fromFiles: Record<string, string[]> = {}
    for (const file of handlers) {
      const found = routeOfFile(file)
      if (found) (fromFiles[found.route] ??= []).push(found.method)
    }
    const sorted = (routes: Record<string, string[]>) => Object.fromEntries(Object.entries(routes).map(([route, methods]) => [route, [...methods].sort()] as const).sort(([a], [b]) => a < b ? -1 : 1))
    expect(sorted(apiRoutes)).toEqual(sorted(fromFiles))
  })

  it('of pages are those of the files', () => {
    const fromFiles = globSync('pages/**/*.vue', { cwd: root }).map(path => path.replaceAll('\\', '/').replace(/^pages(.*?)(?:\/index)?\.vue$/, '$1').replace(/\[\.\.\.\w+\]/, '*').replaceAll(/\[(\w+)\]/g, ':$1') || '/')
    expect([...pageRoutes].sort()).toEqual(fromFiles.sort())
  })

  it.each([
    ['/?q=x', '/'], ['/users/user_1', '/users/:id'], ['/api/users/recent', '/api/users/recent'], ['/api/users/user_1?x', '/api/users/:id'],
    ['/sign-in', '/sign-in/*'], ['/sign-in/a/b', '/sign-in/*'], ['/_nuxt/a.js', '/_nuxt/*'], ['/favicon.ico', 'file'], ['/ada@example.com', 'unknown'], ['/people/ada', 'unknown'],
  ])('names %s as %s in the log', (path, route) => {
    expect(routeOf(path)).toBe(route)
  })

  it('name their method in the file, but for the catch-all', () => {
    expect(handlers.filter(file => !routeOfFile(file))).toEqual(['server/api/[...].ts'])
  })

  it.each([
    ['/api/posts', ['GET', 'POST']], ['/api/posts/0199', ['GET', 'PATCH', 'DELETE']], ['/api/nothing', []], ['/api/posts/a/b/c', []],
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
