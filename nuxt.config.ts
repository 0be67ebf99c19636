import { cp } from 'node:fs/promises'

const trailingHost = (host: string) => host.replace(/^https?:\/\//, '').replace(/\/.*$/, '')

export default defineNuxtConfig({
  modules: ['@nuxt/ui', '@clerk/nuxt', '@nuxt/eslint'],
  devtools: { enabled: false },
  app: {
    head: {
      htmlAttrs: { lang: 'en' },
      titleTemplate: '%s · Rollcall',
      link: [
        { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' },
      ],
    },
  },
  css: ['~/assets/css/main.css'],

  ui: { fonts: false },
  runtimeConfig: {
    // Declared so that the environment sets them when the built server starts, not only at build.
    clerk: { secretKey: '', apiUrl: '', webhookSigningSecret: '' },
    public: {
      clerk: { publishableKey: '', proxyUrl: '', jsUrl: '', uiUrl: '' },
    },
  },
  srcDir: '.',
  dir: { app: 'app' },
  ignore: ['bench/**', 'docs/**', 'local-clerk/**', 'scripts/**', 'test/**'],
  compatibilityDate: '2026-11-01',
  nitro: {
    compressPublicAssets: { gzip: true, brotli: true },
    hooks: {
      // drizzle's migrator reads a folder, so the build carries one.
      compiled: nitro => nitro.options.dev
        ? undefined
        : cp('db/migrations', `${nitro.options.output.serverDir}/migrations`, { recursive: true }),
    },
  },
  vite: {
    server: {
      allowedHosts: process.env.NGROK_HOST ? [trailingHost(process.env.NGROK_HOST)] : [],
    },
  },
  typescript: { strict: true },
  telemetry: false,
  clerk: {
    signInUrl: '/sign-in',
    signUpUrl: '/sign-up',
    signInFallbackRedirectUrl: '/',
    signUpFallbackRedirectUrl: '/',
    // Ours passes authorizedParties: server/middleware/1.clerk.ts
    skipServerMiddleware: true,
    unsafe_disableDevelopmentModeConsoleWarning: true,
    telemetry: { disabled: true },
  },
  eslint: { config: { stylistic: true } },
  icon: {
    provider: 'server',
    fallbackToApi: false,
    serverBundle: { collections: ['lucide'] },
    clientBundle: { scan: true },
  },
})
