import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import formatsPlugin from 'ajv-formats'
import * as v from 'valibot'
import { parse } from 'yaml'
import type { Observation } from '#local-clerk/recorder.ts'
import { json, toJsonSchema } from './json-schema.ts'

const operation = v.object({ operationId: v.string(), responses: v.optional(v.record(v.string(), json), {}) })
const verbs = ['get', 'post', 'put', 'patch', 'delete'] as const
const documentSchema = v.object({
  'info': v.object({ title: v.string() }),
  'paths': v.optional(v.record(v.string(), v.partial(v.object(v.entriesFromList(verbs, operation)))), {}),
  'x-webhooks': v.optional(v.record(v.string(), json), {}),
})

/** The three files of github.com/clerk/openapi-specs, by how their names begin. */
const files = { backend: 'bapi-', frontend: 'fapi-', webhooks: 'webhooks-' } as const
type Api = keyof typeof files

export interface Operation {
  api: Api
  id: string
  method: string
  /** as requests have it: the Backend API's paths begin with `/v1` too */
  path: string
  matches: RegExp
  responses: Record<string, Record<string, unknown>>
  pointer: string
}

export interface Verdict {
  /** the API and the operation's id, as in `backend GetUser`, or the event's type; null for what the specification does not know */
  operation: string | null
  /** such as `200 /verification must be object`; empty when nothing differs */
  differences: string[]
}

export interface Specification {
  operations: readonly Operation[]
  judge(observation: Observation): Verdict
}

const anError = '/components/schemas/ClerkErrors'

/**
 * Reads Clerk's OpenAPI files from a folder; of several versions the last by name.
 * @throws when one of the three is not there
 */
export async function readSpecification(folder: string): Promise<Specification> {
  // The files name formats and keywords of OpenAPI's own, which say nothing about a value here.
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false, discriminator: false })
  formatsPlugin.default(ajv)
  const documents = new Map<Api, v.InferOutput<typeof documentSchema>>()
  const names = (await readdir(folder)).sort()
  for (const api of ['backend', 'frontend', 'webhooks'] as const) {
    const name = names.findLast(each => each.startsWith(files[api]) && each.endsWith('.yml'))
    if (!name) throw new Error(`${folder} has no ${files[api]}….yml. Get it from github.com/clerk/openapi-specs.`)
    const parsed: unknown = parse(await readFile(join(folder, name), 'utf8'))
    ajv.addSchema(v.parse(json, toJsonSchema(parsed, parsed)), api)
    documents.set(api, v.parse(documentSchema, parsed))
  }

  const validators = new Map<string, ValidateFunction>()
  function check(pointer: string, body: unknown): string[] {
    const validate = validators.get(pointer) ?? ajv.compile({ $ref: pointer })
    validators.set(pointer, validate)
    return validate(body) ? [] : [...new Set((validate.errors ?? []).filter(isLeaf).map(sentenceOf))]
  }

  const operations = [...documents].flatMap(([api, document]) => operationsOf(api, document))
  const events = documents.get('webhooks')?.['x-webhooks'] ?? {}

  return {
    operations,
    judge(observation) {
      if (observation.kind === 'event') {
        if (!(observation.type in events)) return { operation: null, differences: [] }
        return { operation: observation.type, differences: check(`webhooks#/x-webhooks/${observation.type}/post/requestBody/content/application~1json/schema`, observation.body) }
      }
      const found = operations.filter(each => each.method === observation.method && each.matches.test(observation.path))
      const operation = found.find(each => each.api === observation.api) ?? found[0]
      if (!operation) return { operation: null, differences: [] }
      const { status, body } = observation
      const schema = answerSchema(operation, status)
      // No file lists every refusal of every operation; each is to have Clerk's one shape of errors.
      const name = `${operation.api} ${operation.id}`
      if (schema === null && status >= 400) return { operation: name, differences: check(`${operation.api}#${anError}`, body).map(each => `${status} ${each}`) }
      if (schema === null) return { operation: name, differences: [`${status} is not among its answers`] }
      return { operation: name, differences: schema === '' ? [] : check(schema, body).map(each => `${status} ${each}`) }
    },
  }
}

const escape = (text: string) => text.replaceAll('~', '~0').replaceAll('/', '~1')

function operationsOf(api: Api, document: v.InferOutput<typeof documentSchema>): Operation[] {
  return Object.entries(document.paths).flatMap(([name, item]) => verbs.flatMap((verb) => {
    const found = item[verb]
    if (!found) return []
    const path = api === 'backend' ? `/v1${name}` : name
    return [{
      api,
      id: found.operationId,
      method: verb.toUpperCase(),
      path,
      // A parameter is one segment; a fixed name goes before it (`/users/count` is not `/users/{user_id}`).
      matches: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
      responses: found.responses,
      pointer: `${api}#/paths/${escape(name)}/${verb}/responses`,
    }]
  })).sort((a, b) => a.path.split('{').length - b.path.split('{').length)
}

/** Where the schema of an answer stands; '' for an answer without one, null for a status that is not listed. */
function answerSchema(operation: Operation, status: number): string | null {
  const response = operation.responses[status]
  if (!response) return null
  const { $ref } = v.parse(v.object({ $ref: v.optional(v.string()) }), response)
  if ($ref) return `${operation.api}${$ref}/content/application~1json/schema`
  return 'content' in response ? `${operation.pointer}/${status}/content/application~1json/schema` : ''
}

/** What only says that some other error is there. */
function isLeaf({ keyword, params }: ErrorObject): boolean {
  return !['anyOf', 'if', 'allOf'].includes(keyword) && !(keyword === 'type' && params.type === 'null')
}

function sentenceOf({ instancePath, message, params, keyword }: ErrorObject): string {
  const place = instancePath.replace(/\/\d+(?=\/|$)/g, '/*') || '/'
  const name = keyword === 'additionalProperties' ? ` '${params.additionalProperty}'` : keyword === 'enum' ? ` ${JSON.stringify(params.allowedValues)}` : ''
  return `${place} ${message}${name}`
}
