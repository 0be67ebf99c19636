import type { Router } from 'h3'

export interface RouteName {
  /** such as `GET` */
  method: string
  /** with `:name` for a parameter, such as `/v1/users/:id` */
  path: string
}

/** Runs `addRoutes` and returns what it added to the router of Clerk's own addresses, in that order. */
export function collectRoutes(router: Router, addRoutes: () => void): RouteName[] {
  const routes: RouteName[] = []
  const { add } = router
  router.add = (path, handler, methods = []) => {
    if (/^\/(?:v1|\.well-known)\//.test(path)) routes.push(...[methods].flat().map(method => ({ method: method.toUpperCase(), path })))
    return add(path, handler, methods)
  }
  addRoutes()
  router.add = add
  return routes
}
