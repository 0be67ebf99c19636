import type { Router } from 'h3'

export interface RouteName {
  /** such as `GET` */
  method: string
  /** with `:name` for a parameter, such as `/v1/users/:id` */
  path: string
}

/** The same router, and a list of what is added to it from now on. */
export function collectRoutes(router: Router): { router: Router, routes: readonly RouteName[] } {
  const routes: RouteName[] = []
  const { add } = router
  router.add = (path, handler, methods = []) => {
    for (const method of [methods].flat()) routes.push({ method: method.toUpperCase(), path })
    return add(path, handler, methods)
  }
  return { router, routes }
}
