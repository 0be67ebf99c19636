import type { IncomingMessage, ServerResponse } from 'node:http'
import { addVitePlugin, defineNuxtModule } from '@nuxt/kit'
import type { ViteDevServer } from 'vite'
import { isHostAllowed } from 'host-validation-middleware'
import { hostOf } from '#shared/utils/host.ts'
import { escapeHtml, plainPage } from '#server/utils/plain-page.ts'

/** Longer is no host name: https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4 */
const MAX_HOST = 253

/**
 * Lets the dev server answer for the host of a tunnel, `NGROK_HOST`. Vite refuses every other host in two lines about its
 * own configuration; here that answer names the variable. Which host is refused is decided by the library that Vite uses,
 * and Vite's own look comes after ours.
 */
export default defineNuxtModule({
  meta: { name: 'dev-hosts' },
  setup(_options, nuxt) {
    if (!nuxt.options.dev) return
    const known = hostOf(process.env.NGROK_HOST)
    const allowedHosts = known ? [known] : []
    nuxt.options.vite.server = { ...nuxt.options.vite.server, allowedHosts }
    addVitePlugin({
      name: 'rollcall:dev-hosts',
      configureServer({ middlewares }: ViteDevServer) {
        middlewares.stack.unshift({ route: '', handle: (request: IncomingMessage, response: ServerResponse, next: () => void) => {
          const { host, accept } = request.headers
          if (isHostAllowed(host, allowedHosts)) return next()
          refuse(response, host ?? '', accept?.includes('text/html') ?? false)
        } })
      },
    }, { server: false })
  },
})

function refuse(response: ServerResponse, host: string, asPage: boolean) {
  const name = host.replace(/:\d+$/, '').slice(0, MAX_HOST)
  const [refused, mend] = [`This dev server does not answer for ${name}.`, 'If that is the host of your tunnel, set it in .env and start npm run dev again:']
  const after = 'npm run dev:tunnel sets it by itself.'
  response.writeHead(403, {
    'content-type': `text/${asPage ? 'html' : 'plain'}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'default-src \'none\'; style-src \'unsafe-inline\'',
  })
  response.end(asPage
    ? plainPage('Host not allowed', `<h1>${escapeHtml(refused)}</h1>\n<p>${mend}</p>\n<pre>NGROK_HOST=${escapeHtml(name)}</pre>\n<p>${after}</p>`)
    : `${refused}\n${mend}\nNGROK_HOST=${name}\n${after}\n`)
}
