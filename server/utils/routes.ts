/** Every route of the API and its methods, for the answer 405. A test holds it against the files. */
export const apiRoutes: Record<string, string[]> = {
  '/api/webhooks': ['POST'],
  '/api/health': ['GET'],
  '/api/live': ['GET'],
  '/api/me': ['GET'],
  '/api/me/provision': ['POST'],
  '/api/me/profile': ['PATCH'],
  '/api/posts': ['GET', 'POST'],
  '/api/posts/:id': ['GET', 'DELETE'],
  '/api/posts/:id/replies': ['GET'],
  '/api/posts/:id/restore': ['POST'],
  '/api/posts/:id/like': ['PUT', 'DELETE'],
  '/api/users': ['GET'],
  '/api/users/recent': ['GET'],
  '/api/users/:id': ['GET'],
  '/api/metrics': ['GET'],
  '/api/admin/sync': ['GET'],
  '/api/admin/charts': ['GET'],
  '/api/admin/events': ['GET'],
  '/api/admin/live': ['GET'],
  '/api/admin/refusals': ['GET'],
  '/api/admin/users': ['GET'],
  '/api/admin/users.csv': ['GET'],
  '/api/admin/users/:id': ['GET'],
  '/api/admin/users/:id/diff': ['GET'],
  '/api/admin/users/:id/resync': ['POST'],
  '/api/admin/check': ['POST'],
  '/api/admin/reconcile': ['POST'],
  '/api/admin/runs': ['GET'],
  '/api/admin/runs/:id': ['GET'],
}

/** The methods that a path takes; none when there is no such route. */
export function allowedMethods(path: string): string[] {
  const parts = path.split('/')
  const found = Object.entries(apiRoutes).find(([route]) => {
    const names = route.split('/')
    return names.length === parts.length && names.every((name, index) => name.startsWith(':') || name === parts[index])
  })
  return found?.[1] ?? []
}
