import { hash } from 'node:crypto'
import { setResponseHeader } from 'h3'
import { defineNitroPlugin, useRuntimeConfig } from 'nitropack/runtime'
import { checkEnv } from '../env.ts'
import { createPagePolicy, nothingPolicy, workerPolicy } from '../policy.ts'

/** A year, seconds. Other hosts of the domain are not ours to decide about. */
const HSTS = 'max-age=31536000'

/**
 * Permissions that neither the app nor Clerk's components ask for. Passkeys, the clipboard and full screen stay.
 * https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Permissions-Policy
 */
const refused = ['camera', 'display-capture', 'geolocation', 'hid', 'microphone', 'midi', 'payment', 'serial', 'usb']

const headers = {
  'content-security-policy': nothingPolicy,
  'x-content-type-options': 'nosniff',
  // What `frame-ancestors` says, for browsers that do not know it.
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  // Clerk may sign in with another provider in a window of its own, which has to answer this one.
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'permissions-policy': refused.map(name => `${name}=()`).join(', '),
}

/**
 * What answers say to browsers: pages, files, the API, errors. A page that Nuxt has rendered gets a policy with the
 * hashes of its own inline scripts; whatever else is answered may load nothing. In development Vite adds scripts of its own.
 */
export default defineNitroPlugin(({ hooks }) => {
  if (import.meta.dev) return
  const isSecure = checkEnv().env?.NUXT_SITE_URL[0]?.startsWith('https:')
  const always = Object.entries({ ...headers, ...isSecure && { 'strict-transport-security': HSTS } })
  const pagePolicy = createPagePolicy(useRuntimeConfig().public.clerk)

  // Browsers ask for it again themselves; other caches must not keep one of the release before.
  const ofWorker = [...always, ['content-security-policy', workerPolicy], ['cache-control', 'no-cache']] as const

  // A page's own scripts, styles and fonts, whose bytes count: only their type matters.
  const ofBuild = always.filter(([name]) => name === 'x-content-type-options' || name === 'strict-transport-security')

  hooks.hook('request', ({ node, path }) => {
    for (const [name, value] of path.startsWith('/_nuxt/') ? ofBuild : path === '/sw.js' ? ofWorker : always) node.res.setHeader(name, value)
  })
  // What other modules' server plugins add stands in a piece of its own, beside the piece with the page's tags.
  hooks.hook('render:html', ({ head }, { event }) => {
    for (const piece of head) {
      const script = /^<script>([^]*)<\/script>$/.exec(piece)?.[1]
      if (script) event.context.inlineScripts?.push(script)
    }
  })
  hooks.hook('render:response', (response, { event }) => {
    delete response.headers?.['x-powered-by']
    const scripts = event.context.inlineScripts
    if (scripts) setResponseHeader(event, 'content-security-policy', pagePolicy(scripts.map(script => `sha256-${hash('sha256', script, 'base64')}`)))
  })
})
