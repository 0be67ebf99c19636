import type { DomainJSON } from '@clerk/backend'
import type { Router } from 'h3'
import { frontendApi } from '../keys.ts'
import type { Sdk } from '../json/sdk.ts'
import type { Context } from '../context.ts'
import { guarded } from './guarded.ts'

/** `/v1/domains`: the one domain of the instance, whose host the publishable key carries. */
export function addDomainRoutes(router: Router, ctx: Context) {
  router.get('/v1/domains', guarded(ctx, () => ({
    data: [{
      object: 'domain',
      id: ctx.store.instanceId.replace(/^ins_/, 'dmn_'),
      name: frontendApi,
      is_satellite: false,
      frontend_api_url: `https://${frontendApi}`,
      accounts_portal_url: null,
      development_origin: '',
      cname_targets: [],
    } satisfies Sdk<DomainJSON>],
    total_count: 1,
  })))
}
