import { readFileSync } from 'node:fs'
import { type Router, sendRedirect, setHeader } from 'h3'
import { route } from '../http/route.ts'
import type { Context } from '../context.ts'
import { addDashboardApi } from './api.ts'
import { dashboardPage } from './page.ts'

const contentSecurityPolicy = 'default-src \'none\'; style-src \'self\'; script-src \'self\'; img-src \'self\'; connect-src \'self\'; form-action \'none\'; base-uri \'none\'; frame-ancestors \'none\''

const asset = (name: string) => readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8')

/** The page that plays Clerk's dashboard, its two assets, and the API behind its buttons. */
export function addDashboardRoutes(router: Router, ctx: Context) {
  router.get('/', route(event => sendRedirect(event, '/dashboard', 302)))

  router.get('/dashboard', route((event) => {
    setHeader(event, 'Content-Type', 'text/html; charset=utf-8')
    setHeader(event, 'Cache-Control', 'no-store')
    setHeader(event, 'Content-Security-Policy', contentSecurityPolicy)
    return dashboardPage(ctx)
  }))

  router.get('/dashboard/dashboard.css', route((event) => {
    setHeader(event, 'Content-Type', 'text/css; charset=utf-8')
    return asset('dashboard.css')
  }))
  router.get('/dashboard/dashboard.js', route((event) => {
    setHeader(event, 'Content-Type', 'text/javascript; charset=utf-8')
    return asset('dashboard.js')
  }))
  router.get('/favicon.ico', route((event) => {
    setHeader(event, 'Content-Type', 'image/svg+xml')
    return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="#2f6b4f"/><path d="M9 17l5 5 9-11" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/></svg>'
  }))

  addDashboardApi(router, ctx)
}
