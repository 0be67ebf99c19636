import { cp } from 'node:fs/promises'

/** What runs outside Nuxt, and what only tools load. */
const outside = ['bench', 'local-clerk', 'scripts', 'test']

/** What every page needs and what the feed adds are one file: twenty small ones weigh a tenth more, and each asks for itself. */
const firstPage = /nuxt[\\/]dist[\\/]app[\\/]entry|[\\/](?:layouts[\\/]default|pages[\\/]index)\.vue/

/** Nuxt makes `useFetch` and its kin as these files load, which a bundler keeps although nobody uses them, unless told: 1 KB. */
const unusedIsHarmless = /nuxt[\\/]dist[\\/]app[\\/]composables[\\/](?:asyncData|cookie|fetch)/

/** @clerk/nuxt carries its own copy of h3's types; these say the same in ours. */
const clerkTypes = {
  '@clerk/nuxt/server': ['../server/types/clerk-nuxt-server.d.ts'],
}

export default defineNuxtConfig({
  modules: ['@nuxt/ui', '@clerk/nuxt'],
  // The rooms of the admin's components are for people: their names stay short.
  components: [{ path: '~/components/admin', prefix: 'Admin', pathPrefix: false }, '~/components'],
  imports: { dirs: ['composables/**', 'utils/**'] },
  devtools: { enabled: false },
  app: {
    head: {
      htmlAttrs: { lang: 'en' },
      titleTemplate: '%s · Rollcall',
      link: [
        { rel: 'icon', href: '/favicon.ico', sizes: '32x32' },
        { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' },
        { rel: 'apple-touch-icon', href: '/apple-touch-icon.png' },
        { rel: 'manifest', href: '/manifest.webmanifest' },
      ],
    },
  },
  css: ['~/assets/css/main.css'],

  // Styles for the components that are used alone.
  ui: { fonts: false, experimental: { componentDetection: true } },
  runtimeConfig: {
    // Declared so that the environment sets them when the built server starts, not only at build.
    clerk: { secretKey: '', apiUrl: '', webhookSigningSecret: '' },
    public: {
      clerk: { publishableKey: '', proxyUrl: '', jsUrl: '', uiUrl: '' },
    },
  },
  dir: { app: 'app' },
  srcDir: '.',
  ignore: [...outside, 'docs'].map(folder => `${folder}/**`),
  // Shown at any address: the app's scripts would look for the page of that address.
  routeRules: { '/offline': { noScripts: true } },
  // Only the pages that guests share carry their styles: server/utils/inline-styles.ts
  features: { inlineStyles: false },
  experimental: {
    // There are none.
    componentIslands: false,
    // Ours: plugins/missing-pages.client.ts
    emitRouteChunkError: 'manual',
    // A page is fetched when someone points at its link, not because the link is in sight: the first page stays small.
    defaults: { nuxtLink: { prefetchOn: { visibility: false, interaction: true } } },
  },
  compatibilityDate: '2026-11-01',
  nitro: {
    compressPublicAssets: { gzip: true, brotli: true },
    // Beside the bundle, each of its hundred files makes Node read its package.json of 179 KB again: half of the time to start.
    externals: { inline: ['drizzle-orm'] },
    typescript: { tsConfig: { compilerOptions: { paths: clerkTypes } } },
    hooks: {
      // The catch-all answers with errors alone. Among the types it would match every path that has an id in it, and hide that route's answer.
      'types:extend': ({ routes }) => {
        delete routes['/api/**']
      },
      // drizzle's migrator reads a folder, so the build carries one.
      'compiled': nitro => nitro.options.dev
        ? undefined
        : cp('db/migrations', `${nitro.options.output.serverDir}/migrations`, { recursive: true }),
    },
  },
  vite: {
    // All components are `<script setup>`.
    vue: { features: { optionsAPI: false } },
    $client: {
      build: {
        rolldownOptions: {
          output: { codeSplitting: { groups: [{ name: 'base', test: firstPage }] } },
          treeshake: { moduleSideEffects: [{ test: unusedIsHarmless, sideEffects: false }] },
        },
      },
    },
  },
  typescript: {
    strict: true,
    // With srcDir at the root the app project would take in everything.
    tsConfig: { exclude: outside.map(folder => `../${folder}`), compilerOptions: { paths: clerkTypes } },
    nodeTsConfig: {
      include: [...outside.map(folder => `../${folder}/**/*`), '../*.config.ts'],
      exclude: ['../test/nuxt/**', '../app.config.ts'],
      compilerOptions: { erasableSyntaxOnly: true, verbatimModuleSyntax: true },
    },
  },
  telemetry: false,
  hooks: {
    // What is loaded when it is wanted is not fetched ahead either.
    'build:manifest': (manifest) => {
      for (const chunk of Object.values(manifest)) chunk.dynamicImports = []
    },
  },
  clerk: {
    signInUrl: '/sign-in',
    signUpUrl: '/sign-up',
    signInFallbackRedirectUrl: '/',
    signUpFallbackRedirectUrl: '/',
    afterSignOutUrl: '/',
    // Ours: server/middleware/1.clerk.ts
    skipServerMiddleware: true,
    unsafe_disableDevelopmentModeConsoleWarning: true,
    telemetry: { disabled: true },
  },
  // Icons are CSS, and none is asked for: modules/light-ui.ts
  icon: { provider: 'server', fallbackToApi: false, serverBundle: false },
})
