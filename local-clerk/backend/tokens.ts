import type { TestingTokenJSON } from '@clerk/backend'
import { getRouterParam, type Router } from 'h3'
import * as v from 'valibot'
import { readFields } from '../http/route.ts'
import { signInTokenJson } from '../json/sign-in-token.ts'
import type { Context } from '../context.ts'
import { guarded } from './guarded.ts'

const newToken = v.object({
  user_id: v.string(),
  expires_in_seconds: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1))),
})

/** Sign-in tokens, and the testing tokens that tests show the Frontend API. */
export function addTokenRoutes(router: Router, ctx: Context) {
  router.post('/v1/sign_in_tokens', guarded(ctx, async (event) => {
    const input = await readFields(event, newToken)
    const user = ctx.accounts.get(input.user_id)
    return signInTokenJson(await ctx.signInTokens.create(user.id, input.expires_in_seconds), ctx.url)
  }))
  router.post('/v1/sign_in_tokens/:id/revoke', guarded(ctx, event =>
    signInTokenJson(ctx.signInTokens.revoke(getRouterParam(event, 'id') ?? ''), ctx.url)))

  router.post('/v1/testing_tokens', guarded(ctx, () => {
    const { token, expiresAt } = ctx.testingTokens.create()
    return { object: 'testing_token', token, expires_at: expiresAt } satisfies TestingTokenJSON
  }))
}
