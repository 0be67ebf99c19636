/**
 * The page's tags before there is any HTML of them. Two things are done here:
 *
 * - The inline scripts that a page runs are noted for its Content-Security-Policy. Since they come from this list, and not
 *   from the HTML, nothing that people wrote can pass for one of them. JSON is data, and is not run.
 * - Unhead leaves `&` as it is in attributes, so that a description that says `&lt;` would be read as `<`.
 */
export default defineNuxtPlugin(({ ssrContext }) => {
  ssrContext?.head.hooks?.hook('ssr:render', ({ tags }) => {
    ssrContext.event.context.inlineScripts = tags
      .filter(({ tag, props }) => tag === 'script' && !props.type?.endsWith('json'))
      .flatMap(({ textContent, innerHTML }) => textContent ?? innerHTML ?? [])
    for (const { tag, props } of tags) {
      if (tag === 'meta' && props.content?.includes('&')) props.content = props.content.replaceAll('&', '&amp;')
    }
  })
})
