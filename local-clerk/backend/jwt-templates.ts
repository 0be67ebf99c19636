import { getQuery, getRouterParam, type H3Event, type Router } from 'h3'
import type { JwtTemplateJSON } from '@clerk/backend'
import * as v from 'valibot'
import { readFields } from '../http/route.ts'
import { deletedJson } from '../json/answers.ts'
import type { JwtTemplate } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { guarded } from './guarded.ts'
import { pageFields, pageOf } from './pages.ts'
import { metadata } from './user-fields.ts'

const seconds = (min: number, max: number) => v.nullish(v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)))

const fields = v.strictObject({
  name: v.pipe(v.string(), v.nonEmpty()),
  claims: metadata,
  lifetime: seconds(30, 315_360_000),
  allowed_clock_skew: seconds(0, 300),
  // Every token here is signed by the instance's own key.
  custom_signing_key: v.nullish(v.literal(false)),
})

/** `/v1/jwt_templates`, as `JwtTemplatesApi.ts` of `@clerk/backend` calls it. */
export function addJwtTemplateRoutes(router: Router, ctx: Context) {
  const { jwtTemplates } = ctx
  const idOf = (event: H3Event) => getRouterParam(event, 'id') ?? ''
  const read = async (event: H3Event) => {
    const { name, claims, lifetime, allowed_clock_skew } = await readFields(event, fields)
    return { name, claims, lifetime: lifetime ?? 60, allowedClockSkew: allowed_clock_skew ?? 5 }
  }

  router.get('/v1/jwt_templates', guarded(ctx, event =>
    pageOf(jwtTemplates.list(), v.parse(v.strictObject(pageFields), getQuery(event)), json)))
  router.post('/v1/jwt_templates', guarded(ctx, async event => json(jwtTemplates.create(await read(event)))))
  router.get('/v1/jwt_templates/:id', guarded(ctx, event => json(jwtTemplates.get(idOf(event)))))
  router.patch('/v1/jwt_templates/:id', guarded(ctx, async event => json(jwtTemplates.update(idOf(event), await read(event)))))
  router.delete('/v1/jwt_templates/:id', guarded(ctx, (event) => {
    jwtTemplates.delete(idOf(event))
    return deletedJson('jwt_template', idOf(event))
  }))
}

function json({ id, name, claims, lifetime, allowedClockSkew, createdAt, updatedAt }: JwtTemplate) {
  return {
    object: 'jwt_template',
    id,
    name,
    claims,
    lifetime,
    allowed_clock_skew: allowedClockSkew,
    custom_signing_key: false,
    signing_algorithm: 'RS256',
    created_at: createdAt,
    updated_at: updatedAt,
  } satisfies JwtTemplateJSON
}
