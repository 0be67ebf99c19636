/** A parameter of the address as it is when the page is set up; a page with another one is another page. */
export function useRouteParam(name: string): string {
  const value = useRoute().params[name]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}
