/** A route parameter, read once: a page with another value is set up anew. */
export function useRouteParam(name: string): string {
  const value = useRoute().params[name]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}
