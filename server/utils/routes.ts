/** Every route of the API and its methods, for the answer 405. A test holds it against the files. */
export const apiRoutes: Record<string, string[]> = {
  '/api/webhooks': ['POST'],
  '/api/health': ['GET'],
  '/api/live': ['GET'],
  '/api/me': ['GET'],
  '/api/me/provision': ['POST'],
  '/api/me/profile': ['PATCH'],
  '/api/me/restrictions': ['GET'],
  '/api/me/restrictions/:id': ['PUT', 'DELETE'],
  '/api/posts': ['GET', 'POST'],
  '/api/posts/:id': ['GET', 'PATCH', 'DELETE'],
  '/api/posts/:id/replies': ['GET'],
  '/api/posts/:id/restore': ['POST'],
  '/api/posts/:id/like': ['PUT', 'DELETE'],
  '/api/reports': ['POST'],
  '/api/notifications': ['GET'],
  '/api/notifications/seen': ['PUT'],
  '/api/users': ['GET'],
  '/api/users/recent': ['GET'],
  '/api/users/:id': ['GET'],
  '/api/metrics': ['GET'],
  '/api/cron/check': ['GET', 'POST'],
  '/api/admin/sync': ['GET'],
  '/api/admin/charts': ['GET'],
  '/api/admin/events': ['GET'],
  '/api/admin/live': ['GET'],
  '/api/admin/refusals': ['GET'],
  '/api/admin/reports': ['GET'],
  '/api/admin/reports/:id/decisions': ['POST'],
  '/api/admin/users': ['GET'],
  '/api/admin/users.csv': ['GET'],
  '/api/admin/users/:id': ['GET'],
  '/api/admin/users/:id/diff': ['GET'],
  '/api/admin/users/:id/resync': ['POST'],
  '/api/admin/check': ['POST'],
  '/api/admin/reconcile': ['POST'],
  '/api/admin/runs': ['GET'],
  '/api/admin/runs/:id': ['GET'],
  '/api/admin/runs/:id/people': ['GET'],
}

/** Routes whose requests prove themselves, by a signature or a token: they need no session, and no page of ours sends them. */
export const provenRoutes = ['/api/webhooks', '/api/cron/check']

/** Every page, as the log names it. A test holds it against the files. */
export const pageRoutes = [
  '/', '/people', '/search', '/notifications', '/settings', '/settings/blocked', '/posts/:id', '/users/:id', '/sign-in/*', '/sign-up/*', '/offline',
  '/admin', '/admin/events', '/admin/reconcile', '/admin/reports', '/admin/runs/:id', '/admin/users', '/admin/users/:id',
]

const known = [...Object.keys(apiRoutes), ...pageRoutes].map(route => ({ route, names: route.split('/') }))

/** A literal name comes before an id. */
const ordered = known.sort((a, b) => Number(a.route.includes(':')) - Number(b.route.includes(':')))

function find(path: string): string | undefined {
  const parts = path.split('/')
  return ordered.find(({ names }) => (names.length === parts.length || (names.at(-1) === '*' && parts.length >= names.length - 1))
    && names.every((name, index) => name === '*' || name.startsWith(':') || name === parts[index]))?.route
}

/** The methods that a path of the API takes; none when there is no such route. */
export const allowedMethods = (path: string): string[] => apiRoutes[find(path) ?? ''] ?? []

/** The route of a request, as the log names it: without ids and query, and nothing of an address that someone made up. */
export function routeOf(url: string): string {
  const path = url.replace(/[?#].*$/, '')
  if (path.startsWith('/_nuxt/')) return '/_nuxt/*'
  return find(path) ?? (/^\/[^/]+\.(?:svg|png|ico|txt|webmanifest|js)$/.test(path) ? 'file' : 'unknown')
}
