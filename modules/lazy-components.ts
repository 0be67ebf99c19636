import { addVitePlugin, createResolver, defineNuxtModule } from '@nuxt/kit'
import type { Plugin } from 'vite'

/** Where Nuxt's own transform has put what loads a `<LazyX>`. */
const vueImport = /import \{ defineAsyncComponent as __defineAsyncComponent \} from ["']vue["']/

/** Makes each `<LazyX>` one that can be loaded again: utils/lazy-component.ts */
export default defineNuxtModule({
  meta: { name: 'lazy-components' },
  setup(_options, nuxt) {
    const own = createResolver(import.meta.url).resolve('../utils/lazy-component.ts')
    const plugin: Plugin = {
      name: 'rollcall:lazy-components',
      enforce: 'post',
      transform: {
        filter: { code: '__defineAsyncComponent' },
        handler: code => ({ code: code.replace(vueImport, `import { lazyComponent as __defineAsyncComponent } from ${JSON.stringify(own)}`), map: null }),
      },
    }
    // After Nuxt's own.
    nuxt.hook('modules:done', () => addVitePlugin(plugin, { server: false }))
  },
})
