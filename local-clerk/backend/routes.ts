import type { InstanceJSON } from '@clerk/backend'
import type { Router } from 'h3'
import { route } from '../http/route.ts'
import type { Sdk } from '../json/sdk.ts'
import type { Context } from '../context.ts'
import { guarded } from './guarded.ts'
import { addDomainRoutes } from './domains.ts'
import { addEmailAddressRoutes } from './email-addresses.ts'
import { addJwtTemplateRoutes } from './jwt-templates.ts'
import { addSessionRoutes } from './sessions.ts'
import { addMembershipRoutes } from './memberships.ts'
import { addOrganizationInvitationRoutes } from './organization-invitations.ts'
import { addOrganizationRoutes } from './organizations.ts'
import { addTokenRoutes } from './tokens.ts'
import { addUserRoutes } from './users.ts'
import { addWaitlistRoutes } from './waitlist.ts'

/** The Backend API: what a server calls with the secret key. */
export function addBackendRoutes(router: Router, ctx: Context) {
  // Not logged as a Backend call and never struck: the keys are public, and every page load may ask for them.
  router.get('/v1/jwks', route(() => ctx.tokens.jwks))

  router.get('/v1/instance', guarded(ctx, () => ({
    object: 'instance',
    id: ctx.store.instanceId,
    environment_type: 'development',
    allowed_origins: null,
    workspace_id: null,
  } satisfies Sdk<InstanceJSON>)))
  addDomainRoutes(router, ctx)
  addUserRoutes(router, ctx)
  addEmailAddressRoutes(router, ctx)
  addSessionRoutes(router, ctx)
  addTokenRoutes(router, ctx)
  addJwtTemplateRoutes(router, ctx)
  addWaitlistRoutes(router, ctx)
  addOrganizationRoutes(router, ctx)
  addMembershipRoutes(router, ctx)
  addOrganizationInvitationRoutes(router, ctx)
}
