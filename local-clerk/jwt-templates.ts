import { errors } from './errors.ts'
import { newId } from './state/ids.ts'
import type { JwtTemplate, User } from './state/schema.ts'
import type { Store } from './state/store.ts'
import type { Tokens } from './tokens.ts'
import { fillClaims } from './shortcodes.ts'

/** Claims that Clerk sets itself (clerk-docs, `jwt-templates`). */
const reserved = ['azp', 'exp', 'iat', 'iss', 'jti', 'nbf', 'sub']

type Fields = Omit<JwtTemplate, 'id' | 'createdAt' | 'updatedAt'>

export interface JwtTemplates {
  /** newest first */
  list(): JwtTemplate[]
  /** @throws ClerkError 404 */
  get(id: string): JwtTemplate
  /** @throws ClerkError 400 for a claim that is Clerk's own, 422 for a name that is taken */
  create(fields: Fields): JwtTemplate
  /** @throws ClerkError as `get` and `create` */
  update(id: string, fields: Fields): JwtTemplate
  /** @throws ClerkError 404 */
  delete(id: string): void
  /**
   * A user's token by the template of this name.
   * @param options.lifetime seconds, in place of the template's
   * @throws ClerkError 404
   */
  token(name: string, user: User, options?: { azp?: string | null, lifetime?: number | null }): Promise<string>
}

/** The templates of `GET /v1/jwt_templates`, and the tokens that they make. */
export function createJwtTemplates({ store, tokens, url, now }: { store: Store, tokens: Tokens, url: string, now: () => number }): JwtTemplates {
  const byName = (name: string) => store.jwtTemplates.values().find(template => template.name === name)

  function set(template: JwtTemplate): JwtTemplate {
    const taken = byName(template.name)
    if (taken && taken.id !== template.id) throw errors.identifierExists('name', 'name')
    const claim = reserved.find(each => each in template.claims)
    if (claim) throw errors.claimReserved(claim)
    store.jwtTemplates.set(template.id, template)
    store.changed()
    return template
  }

  const templates: JwtTemplates = {
    list: () => [...store.jwtTemplates.values()].reverse(),
    get(id) {
      const template = store.jwtTemplates.get(id)
      if (!template) throw errors.templateNotFound('id', id)
      return template
    },
    create: fields => set({ ...fields, id: newId('jtmp'), createdAt: now(), updatedAt: now() }),
    update: (id, fields) => set({ ...templates.get(id), ...fields, updatedAt: now() }),
    delete(id) {
      store.jwtTemplates.delete(templates.get(id).id)
      store.changed()
    },
    token(name, user, { azp = null, lifetime } = {}) {
      const template = byName(name)
      if (!template) throw errors.templateNotFound('name', name)
      return tokens.custom(user.id, fillClaims(template.claims, user, url), { azp, lifetime: lifetime ?? template.lifetime, skew: template.allowedClockSkew })
    },
  }
  return templates
}
