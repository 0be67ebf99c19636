import type { Router } from 'h3'
import { route } from '../http/route.ts'
import { environmentJson } from '../json/environment.ts'
import type { Context } from '../types.ts'
import { addEmailAddressRoutes } from './email-addresses.ts'
import { addHandshakeRoute } from './handshake.ts'
import { addMeRoutes } from './me.ts'
import { addPackageRoutes } from './packages.ts'
import { addProfileImageRoutes } from './profile-image.ts'
import { addSessionRoutes } from './sessions.ts'
import { addSignInRoutes } from './sign-ins.ts'
import { addSignUpRoutes } from './sign-ups.ts'

/** The Frontend API: what clerk-js and Clerk's components speak. */
export function addFrontendRoutes(router: Router, ctx: Context) {
  const environment = route(() => environmentJson)
  router.get('/v1/environment', environment)
  router.patch('/v1/environment', environment)
  addHandshakeRoute(router, ctx)
  addSessionRoutes(router, ctx)
  addSignInRoutes(router, ctx)
  addSignUpRoutes(router, ctx)
  addMeRoutes(router, ctx)
  addEmailAddressRoutes(router, ctx)
  addProfileImageRoutes(router, ctx)
  addPackageRoutes(router)
}
