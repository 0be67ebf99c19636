import { useNitroApp } from 'nitropack/runtime'

/** By the address of the file, whose name holds a hash of what is in it; a build has one. */
const styles = new Map<string, Promise<string | null>>()

/**
 * Puts the app's styles into a page that guests share. On a first visit over a slow line their file would come half a second
 * after the page, and nothing is painted without it. Someone signed in has been here before, and has it in the cache.
 * @param html a whole page; returned as it is when it names no such file, or the file is not there
 */
export async function inlineStyles(html: string): Promise<string> {
  const [link, path, folder] = /<link rel="stylesheet" href="((\/_nuxt\/)entry\.[\w-]+\.css)"[^>]*>/.exec(html) ?? []
  if (!link || !path || !folder) return html
  const known = styles.get(path) ?? read(path, folder)
  styles.set(path, known)
  const text = await known
  return text === null ? html : html.replace(link, () => `<style>${text}</style>`)
}

/** What the file names stands beside it, and not beside the page. */
async function read(path: string, folder: string): Promise<string | null> {
  const response = await useNitroApp().localFetch(path, {})
  return response.ok ? (await response.text()).replaceAll('url(./', `url(${folder}`) : null
}
