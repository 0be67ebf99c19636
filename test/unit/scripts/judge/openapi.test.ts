import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Observation } from '#local-clerk/recorder.ts'
import { judge, report } from '#scripts/judge/report.ts'
import { readSpecification, type Specification } from '#scripts/judge/specification.ts'

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const json = (schema: unknown) => ({ description: '', content: { 'application/json': { schema } } })
const proof = (object: string, name: string) => ({ type: 'object', additionalProperties: false, required: [name], properties: { object: { type: 'string', enum: [object] }, [name]: { type: 'string' } } })

const schemas = {
  ClerkErrors: { type: 'object', required: ['errors'], properties: { errors: { type: 'array', items: { type: 'object' } } } },
  User: {
    type: 'object',
    additionalProperties: false,
    required: ['id', 'name'],
    properties: {
      id: { type: 'string' },
      name: { type: 'string', nullable: true },
      proof: { nullable: true, oneOf: [ref('Code'), ref('Word')] },
    },
  },
  Code: proof('code', 'digits'),
  Word: proof('word', 'text'),
}
const backend = {
  info: { title: 'Backend' },
  paths: {
    '/users/{id}': { get: { operationId: 'GetUser', responses: { 200: { $ref: '#/components/responses/User' } } } },
    '/users/count': { get: { operationId: 'CountUsers', responses: { 200: json({ type: 'object', required: ['total'], properties: { total: { type: 'integer' } } }) } } },
  },
  components: { schemas, responses: { User: json(ref('User')) } },
}
const frontend = { info: { title: 'Frontend' }, paths: {}, components: { schemas } }
const webhooks = { 'info': { title: 'Webhooks' }, 'x-webhooks': { 'user.created': { post: { requestBody: json({ type: 'object', properties: { data: ref('User') } }) } } }, 'components': { schemas } }

let specification: Specification

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'openapi-'))
  for (const [name, document] of Object.entries({ 'bapi-2.yml': backend, 'bapi-1.yml': {}, 'fapi-2.yml': frontend, 'webhooks-1.yml': webhooks })) await writeFile(join(folder, name), stringify(document))
  specification = await readSpecification(folder)
  return () => rm(folder, { recursive: true })
})

const answer = (path: string, body: unknown, status = 200): Observation => ({ kind: 'answer', api: 'backend', method: 'GET', path, status, body })
const differences = (observation: Observation) => specification.judge(observation).differences

describe('an answer', () => {
  it('is held by the operation that its path names', () => {
    expect(specification.judge(answer('/v1/users/count', { total: 1 }))).toEqual({ operation: 'backend CountUsers', differences: [] })
    expect(differences(answer('/v1/users/count', { total: '1' }))).toEqual(['200 /total must be integer'])
    expect(differences(answer('/v1/users/user_1', { id: 'user_1', name: null }))).toEqual([])
    expect(differences(answer('/v1/users/user_1', { id: null, nick: 'x' }))).toEqual([
      '200 / must have required property \'name\'', '200 / must NOT have additional properties \'nick\'', '200 /id must be string',
    ])
  })

  it('is held by the one schema that its object chooses', () => {
    const withProof = (proof: unknown) => differences(answer('/v1/users/user_1', { id: 'user_1', name: 'Ann', proof }))
    expect(withProof(null)).toEqual([])
    expect(withProof({ object: 'word', text: 'open' })).toEqual([])
    expect(withProof({ object: 'word', digits: '1' })).toEqual(['200 /proof must have required property \'text\'', '200 /proof must NOT have additional properties \'digits\''])
    expect(withProof({ object: 'key' })).toEqual(['200 /proof/object must be equal to one of the allowed values ["code","word"]'])
  })

  it('is a difference with a success that is not listed, and an error in Clerk\'s shape with any other status', () => {
    expect(differences(answer('/v1/users/user_1', {}, 201))).toEqual(['201 is not among its answers'])
    expect(differences(answer('/v1/users/user_1', { errors: [] }, 429))).toEqual([])
    expect(differences(answer('/v1/users/user_1', { message: 'no' }, 500))).toEqual(['500 / must have required property \'errors\''])
  })
})

describe('the report', () => {
  const wrong = [answer('/v1/users/count', { total: '1' }), answer('/v1/nowhere', {}), { kind: 'event', type: 'user.created', body: { data: { id: 1, name: 'Ann' } } } as const]

  it('names what differs, also in events, and what the files do not know', () => {
    const { lines, isRight } = report(judge(specification, wrong), [])
    expect(isRight).toBe(false)
    expect(lines.map(line => line.trim())).toEqual(expect.arrayContaining(['200 /total must be integer', 'not in the specification', '/data/id must be string']))
  })

  it('passes what differs on purpose, until it no longer does', () => {
    const purposes = [{ differs: /^backend CountUsers 200 \/total/, reason: '' }]
    expect(report(judge(specification, wrong.slice(0, 1)), purposes).isRight).toBe(true)
    expect(report(judge(specification, [answer('/v1/users/count', { total: 1 })]), purposes).isRight).toBe(false)
    expect(report(judge(specification, [answer('/v1/nowhere', { errors: [] }, 404)]), []).isRight).toBe(true)
  })
})
