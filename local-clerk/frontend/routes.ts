import { setTimeout as sleep } from 'node:timers/promises'
import type { Router } from 'h3'
import type { Faults } from '../faults.ts'
import { route } from '../http/route.ts'
import { environmentJson } from '../json/environment.ts'
import type { Context } from '../context.ts'
import { addEmailAddressRoutes } from './email-addresses.ts'
import { addHandshakeRoute } from './handshake.ts'
import { addMeRoutes } from './me.ts'
import { addOwnOrganizationRoutes } from './organizations.ts'
import { addPackageRoutes } from './packages.ts'
import { addProfileImageRoutes } from './profile-image.ts'
import { addSessionRoutes } from './sessions.ts'
import { addSignInRoutes } from './sign-ins.ts'
import { addSignUpRoutes } from './sign-ups.ts'
import { addTicketRoute } from './tickets.ts'
import { addWaitlistRoute } from './waitlist.ts'

const isFrontendPath = (path: string) => /^\/v1\/(client|me|environment|dev_browser|waitlist)\b/.test(path)

/** Waits as long as the faults say, when this is a path of the Frontend API. */
export async function slowed(path: string, faults: Faults): Promise<void> {
  const latency = isFrontendPath(path) ? faults.frontendLatency(path) : 0
  if (latency > 0) await sleep(latency)
}

/** The Frontend API: what clerk-js and Clerk's components speak. */
export function addFrontendRoutes(router: Router, ctx: Context) {
  const environment = route(() => environmentJson(ctx.settings))
  router.get('/v1/environment', environment)
  router.patch('/v1/environment', environment)
  router.get('/.well-known/jwks.json', route(() => ctx.tokens.jwks))
  addHandshakeRoute(router, ctx)
  addSessionRoutes(router, ctx)
  addSignInRoutes(router, ctx)
  addSignUpRoutes(router, ctx)
  addMeRoutes(router, ctx)
  addEmailAddressRoutes(router, ctx)
  addOwnOrganizationRoutes(router, ctx)
  addProfileImageRoutes(router, ctx)
  addTicketRoute(router, ctx)
  addWaitlistRoute(router, ctx)
  addPackageRoutes(router)
}
