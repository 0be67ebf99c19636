import { type EventHandler, getHeader, getQuery, getRouterParam, type H3Event, type Router, setResponseStatus } from 'h3'
import * as v from 'valibot'
import { burst } from '../burst.ts'
import { ClerkError } from '../errors.ts'
import { faultsPatchSchema } from '../faults.ts'
import { readFields, route } from '../http/route.ts'
import { importSchema, importUsers } from '../import.ts'
import { userJson } from '../json/user.ts'
import type { Context } from '../context.ts'
import { presetNames } from './presets.ts'

const text = v.nullish(v.pipe(v.string(), v.trim(), v.transform(value => value || null)))
const role = v.nullish(v.picklist(['admin', 'member']))
const names = { firstName: text, lastName: text, username: text, role }
const newUser = v.object({ ...names, email: text, password: text })
const userPatch = v.object(names)
const webhook = v.object({ url: v.nullable(v.pipe(v.string(), v.url(), v.regex(/^https?:/, 'An endpoint starts with http:// or https://.'))) })
const burstBody = v.object({ times: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)), userId: text })
const changeQuery = v.object({ silent: v.optional(v.pipe(v.picklist(['true', 'false']), v.transform(value => value === 'true')), 'false') })
const logQuery = v.object({ since: v.optional(v.pipe(v.string(), v.regex(/^\d+$/, 'Must be milliseconds since 1970.'), v.transform(Number))) })
const secretBody = v.object({ secret: text, keepOld: v.optional(v.boolean(), false) })

const roleMetadata = (value: v.InferOutput<typeof role>) =>
  value === null || value === undefined ? undefined : value === 'admin' ? { role: 'admin' } : {}

/** The control API: what the dashboard's buttons call, and what tests may. With `?silent=true` a change makes no event. */
export function addDashboardApi(router: Router, ctx: Context) {
  const base = '/dashboard/api'
  const id = (event: H3Event) => getRouterParam(event, 'id') ?? ''
  const options = (event: H3Event) => v.parse(changeQuery, getQuery(event))

  router.get(`${base}/state`, own(ctx, () => ({
    url: ctx.url,
    instanceId: ctx.store.instanceId,
    users: ctx.store.users.size,
    webhookUrl: ctx.store.webhookUrl,
    webhookDisabled: ctx.store.webhookDisabled,
    secrets: ctx.store.webhookSecrets,
    paused: ctx.deliveries.paused(),
    faults: ctx.faults.get(),
  })))

  router.get(`${base}/users`, own(ctx, () => ctx.accounts.list().map(user => userJson(user, ctx.url))))
  router.post(`${base}/users`, own(ctx, async (event) => {
    const { role, ...input } = await readFields(event, newUser)
    return userJson(ctx.accounts.create({ ...input, publicMetadata: roleMetadata(role) }, options(event)), ctx.url)
  }))
  router.patch(`${base}/users/:id`, own(ctx, async (event) => {
    const { role, ...input } = await readFields(event, userPatch)
    return userJson(ctx.accounts.update(id(event), { ...input, publicMetadata: roleMetadata(role) }, options(event)), ctx.url)
  }))
  router.post(`${base}/users/:id/ban`, own(ctx, event => userJson(ctx.accounts.setBanned(id(event), true, options(event)), ctx.url)))
  router.post(`${base}/users/:id/unban`, own(ctx, event => userJson(ctx.accounts.setBanned(id(event), false, options(event)), ctx.url)))
  router.delete(`${base}/users/:id`, own(ctx, event => ctx.accounts.delete(id(event), options(event))))
  router.post(`${base}/users/:id/touch`, own(ctx, event => userJson(ctx.accounts.touch(id(event)), ctx.url)))
  router.post(`${base}/import`, own(ctx, async (event) => {
    const users = importUsers(ctx.accounts, ctx.now, await readFields(event, importSchema))
    return { ids: users.map(user => user.id) }
  }))

  router.get(`${base}/deliveries`, own(ctx, () => ctx.deliveries.list()))
  router.post(`${base}/deliveries/:id/replay`, own(ctx, event => ctx.deliveries.replay(id(event))))
  router.post(`${base}/example`, own(ctx, async (event) => {
    const { type } = await readFields(event, v.object({ type: v.string() }))
    return { id: ctx.deliveries.sendExample(type) }
  }))
  router.post(`${base}/pause`, own(ctx, () => ctx.deliveries.pause()))
  router.post(`${base}/resume`, own(ctx, () => ctx.deliveries.resume()))

  router.get(`${base}/faults`, own(ctx, () => ctx.faults.get()))
  router.patch(`${base}/faults`, own(ctx, async (event) => {
    ctx.faults.set(await readFields(event, faultsPatchSchema))
    return ctx.faults.get()
  }))
  router.put(`${base}/preset`, own(ctx, async (event) => {
    ctx.presets.choose((await readFields(event, v.object({ name: v.picklist(presetNames) }))).name)
    return ctx.faults.get()
  }))
  router.delete(`${base}/faults`, own(ctx, () => ctx.faults.clear()))
  router.post(`${base}/burst`, own(ctx, async (event) => {
    const { times, userId } = await readFields(event, burstBody)
    burst(ctx.accounts, times, userId ?? undefined)
  }))

  router.put(`${base}/webhook`, own(ctx, async (event) => {
    ctx.deliveries.setUrl((await readFields(event, webhook)).url)
  }))
  router.post(`${base}/secret`, own(ctx, async (event) => {
    const { secret, keepOld } = await readFields(event, secretBody)
    return { secret: ctx.deliveries.rotateSecret({ secret: secret ?? undefined, keepOld }) }
  }))

  router.get(`${base}/backend-requests`, own(ctx, event => ctx.backendLog.list(v.parse(logQuery, getQuery(event)))))
  router.delete(`${base}/backend-requests`, own(ctx, () => ctx.backendLog.clear()))
}

/** A handler for the dashboard itself and for programs: no other page's scripts or forms. */
function own(ctx: Context, handler: (event: H3Event) => unknown): EventHandler {
  return route(async (event) => {
    const origin = getHeader(event, 'origin')
    if (origin && new URL(origin).port !== new URL(ctx.url).port) {
      throw new ClerkError(403, 'origin_invalid', 'Only the dashboard itself may do that.')
    }
    const result = await handler(event)
    if (result !== undefined) return result
    setResponseStatus(event, 204)
    return null
  })
}
