import { createResolver, defineNuxtModule } from '@nuxt/kit'

/** Plugins that would weigh on every page: scripts that load icons, and the colours once more in each page. Both are CSS here: assets/css/main.css. */
const leftOut = /@nuxt[\\/](?:icon[\\/]dist[\\/]runtime[\\/]plugin|ui[\\/]dist[\\/]runtime[\\/]plugins[\\/]colors)/

/** Keeps out of the pages what Nuxt UI brings along and nothing here uses. Why: docs/decisions/0020-icons-by-css.md */
export default defineNuxtModule({
  meta: { name: 'light-ui' },
  setup(_, nuxt) {
    nuxt.hook('app:resolve', (app) => {
      app.plugins = app.plugins.filter(({ src }) => !leftOut.test(src))
    })
    // What Nuxt UI's components draw their icons by.
    nuxt.options.alias['@nuxt/icon/runtime/components/index.js'] = createResolver(import.meta.url).resolve('../utils/icon.ts')
    // Our source folder is the root, so Tailwind finds the themes of all Nuxt UI's components in `.nuxt`, and doubles the styles.
    // Those that no page uses stay in memory: `ui.css` names the others.
    nuxt.hook('app:templates', async (app) => {
      const sources = await app.templates.find(({ filename }) => filename === 'ui.css')?.getContents?.({ nuxt, app, options: {} }) ?? ''
      for (const template of app.templates) {
        if (/^ui\/.+\.ts$/.test(template.filename ?? '')) template.write = sources.includes(`./${template.filename}"`)
      }
    })
  },
})
