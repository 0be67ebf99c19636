import { createResolver, defineNuxtModule } from '@nuxt/kit'

/** Plugins of modules that would weigh on every page. The colours and the icons are CSS here: assets/css/main.css. */
const leftOut = /@nuxt[\\/](?:icon[\\/]dist[\\/]runtime[\\/]plugin|ui[\\/]dist[\\/]runtime[\\/]plugins[\\/]colors)/

/** Keeps out of the pages what Nuxt UI brings along and nothing here uses. */
export default defineNuxtModule({
  meta: { name: 'light-ui' },
  setup(_, nuxt) {
    nuxt.hook('app:resolve', (app) => {
      app.plugins = app.plugins.filter(({ src }) => !leftOut.test(src))
    })
    // The component that loads icons by script; Nuxt UI draws its icons by ours.
    nuxt.options.alias['@nuxt/icon/runtime/components/index.js'] = createResolver(import.meta.url).resolve('../utils/icon.ts')
    nuxt.hook('components:extend', (components) => {
      const others = components.filter(({ filePath }) => !/@nuxt[\\/]icon/.test(filePath))
      components.splice(0, components.length, ...others)
    })
    // Tailwind reads every theme that is written to disk, so those of components that are not used are not written.
    nuxt.hook('app:templates', async (app) => {
      const sources = await app.templates.find(({ filename }) => filename === 'ui.css')?.getContents?.({ nuxt, app, options: {} }) ?? ''
      for (const template of app.templates) {
        if (/^ui\/.+\.ts$/.test(template.filename ?? '')) template.write = sources.includes(`./${template.filename}"`)
      }
    })
  },
})
