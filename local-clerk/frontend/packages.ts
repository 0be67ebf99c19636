import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join, sep } from 'node:path'
import { getRequestPath, type Router, setHeader } from 'h3'
import { errors } from '../errors.ts'
import { route } from '../http/route.ts'

const contentTypes: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
}

const path = /^\/npm\/@clerk\/(clerk-js|ui)@[^/]+\/dist\/([\w.@/-]+)$/

const require = createRequire(import.meta.url)

function distFolder(name: string): string {
  // The entry point lies somewhere under `dist`; package.json itself may not be exported.
  const entry = require.resolve(`@clerk/${name}`)
  const end = entry.lastIndexOf(`${sep}dist${sep}`)
  return end === -1 ? dirname(entry) : entry.slice(0, end + `${sep}dist`.length)
}

/** Clerk's CDN: `clerk-js` and `ui` of whatever version is asked for, from the installed packages. */
export function addPackageRoutes(router: Router) {
  router.get('/npm/**', route(async (event) => {
    const [, name, file] = path.exec(getRequestPath(event)) ?? []
    const contentType = contentTypes[extname(file ?? '')]
    if (!name || !file || !contentType) throw errors.notFound('That file')
    const folder = distFolder(name)
    const full = join(folder, file)
    if (!full.startsWith(folder + sep)) throw errors.notFound('That file')
    const content = await readFile(full).catch(() => {
      throw errors.notFound('That file')
    })
    setHeader(event, 'Content-Type', contentType)
    setHeader(event, 'Cache-Control', 'public, max-age=3600')
    setHeader(event, 'Access-Control-Allow-Origin', '*')
    setHeader(event, 'Cross-Origin-Resource-Policy', 'cross-origin')
    return content
  }))
}
