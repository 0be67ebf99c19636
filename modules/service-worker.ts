import { addVitePlugin, defineNuxtModule, installModule } from '@nuxt/kit'
import type { PwaModuleOptions } from '@vite-pwa/nuxt'
import pwa from '@vite-pwa/nuxt'
import type { Plugin, Rolldown } from 'vite'

/** The one page that is kept in the browser: pages/offline.vue */
const OFFLINE_PAGE = '/offline'

/** Takes the service worker out of the browsers that have one: docs/production.md */
const SELF_DESTROYING = false

/** What only admins open. */
const adminRooms = /[\\/](?:pages|layouts|components)[\\/]admin(?:[\\/]|\.vue)/

/** The PWA module's own, which every page would load for nothing, and what registers the service worker. */
const [ofModule, ofOurs] = ['pwa-icons-plugin', 'plugins/service-worker.client']

/**
 * The service worker `/sw.js`: it keeps the scripts, styles and typefaces that people need, and one page for when the network
 * is gone. It keeps no other page and no answer of the API, and asks the network for every page. Why: docs/decisions/0030-offline.md
 */
export default defineNuxtModule({
  meta: { name: 'service-worker' },
  async setup(_options, nuxt) {
    // Component tests load the app without SSR, and build nothing.
    const isBuilt = !nuxt.options.dev && !nuxt.options._prepare && nuxt.options.ssr
    const leftOut = isBuilt && !SELF_DESTROYING ? [ofModule] : [ofModule, ofOurs]
    nuxt.hook('app:resolve', (app) => {
      app.plugins = app.plugins.filter(({ src }) => !leftOut.some(name => src.includes(name)))
    })
    if (!isBuilt) return

    const scripts = new Set<string>()
    const plugin: Plugin = {
      name: 'rollcall:service-worker',
      generateBundle(_options, bundle) {
        for (const path of scriptsForPeople(bundle)) scripts.add(path)
      },
    }
    addVitePlugin(plugin, { server: false })
    await installModule(pwa, keeping(path => scripts.has(path), nuxt.options.buildId))
  },
})

/** @param isWanted whether people need this script @param release by which the offline page of another release is told apart */
const keeping = (isWanted: (path: string) => boolean, release: string): PwaModuleOptions => ({
  // public/manifest.webmanifest, plugins/service-worker.client.ts
  manifest: false,
  injectRegister: false,
  client: { registerPlugin: false },
  selfDestroying: SELF_DESTROYING,
  workbox: {
    inlineWorkboxRuntime: true,
    sourcemap: false,
    // What an open page of the release before has yet to load stays until that page is closed: a new worker waits.
    skipWaiting: false,
    // The first page that someone opens can go offline, too.
    clientsClaim: true,
    cleanupOutdatedCaches: true,
    globPatterns: ['_nuxt/*.js', '_nuxt/entry.*.css', '_nuxt/*-latin-wght-normal.*.woff2', 'favicon.svg'],
    // Nuxt's own list of releases has to be the newest.
    manifestTransforms: [entries => ({ manifest: entries.filter(({ url }) => url.endsWith('.js') ? isWanted(url) : !url.endsWith('.json')) })],
    additionalManifestEntries: [{ url: OFFLINE_PAGE, revision: release }],
    // No other address stands for one of these.
    directoryIndex: null,
    ignoreURLParametersMatching: [],
    navigateFallback: null,
    // The browser itself asks for a page, as it would without a worker: Clerk goes by the headers of that request.
    navigationPreload: true,
    runtimeCaching: [{
      urlPattern: ({ request, url }) => request.mode === 'navigate' && !url.pathname.startsWith('/api/'),
      handler: 'NetworkOnly',
      options: { precacheFallback: { fallbackURL: OFFLINE_PAGE } },
    }],
  },
})

/** What the entry loads, at once or later, without what only admins open. */
function scriptsForPeople(bundle: Rolldown.OutputBundle): Set<string> {
  const found = new Set<string>()
  const visit = (path: string) => {
    const chunk = bundle[path]
    if (chunk?.type !== 'chunk' || found.has(path) || adminRooms.test(chunk.facadeModuleId ?? '')) return
    found.add(path)
    for (const next of [...chunk.imports, ...chunk.dynamicImports]) visit(next)
  }
  for (const [path, chunk] of Object.entries(bundle)) if (chunk.type === 'chunk' && chunk.isEntry) visit(path)
  return found
}
