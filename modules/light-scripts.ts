import { addVitePlugin, defineNuxtModule } from '@nuxt/kit'
import type { Plugin } from 'vite'

const clerkComponents = /@clerk[\\/](?:vue[\\/]dist[\\/]index|nuxt[\\/]dist[\\/]runtime[\\/]components[\\/]uiComponents)\.js$/
/** Libraries of functions, without state, that the first page needs a part of. */
const parts = /^(?:@vueuse\/(?:core|shared)|ohash(?:\/.+)?)$/
/** What is loaded when it is wanted, and uses more of them. */
const later = /node_modules[\\/](?:@nuxt[\\/](?:icon|ui)|reka-ui)[\\/]|[\\/](?:components|composables)[\\/]admin[\\/]|[\\/]pages[\\/](?!index\.vue)/
const COPY = '?later'

/**
 * Keeps out of the first page's file what only other pages use: 6 KB of compressed scripts. A bundler puts a whole module
 * there, with all that any page uses of it, as soon as the first page needs one of its functions.
 *
 * - What is loaded later gets its own copy of such libraries.
 * - Clerk's components are made by calls, which a bundler keeps although nobody uses them, unless told that they do nothing else.
 */
export default defineNuxtModule({
  meta: { name: 'light-scripts' },
  setup(_, nuxt) {
    if (nuxt.options.dev) return
    const plugin: Plugin = {
      name: 'rollcall:light-scripts',
      enforce: 'pre',
      async resolveId(source, importer, options) {
        const copied = importer?.endsWith(COPY) ? parts.test(source) || source.startsWith('.') : importer && later.test(importer) && parts.test(source)
        const found = copied && await this.resolve(source, importer, { ...options, skipSelf: true })
        return found ? { ...found, id: found.id + COPY } : null
      },
      transform: {
        filter: { id: clerkComponents },
        handler: code => ({ code: code.replace(/(?<== )(?=(?:Object\.assign|defineComponent|wrapComponentWithRouting)\()/g, '/* @__PURE__ */ '), map: null }),
      },
    }
    addVitePlugin(plugin, { server: false })
  },
})
