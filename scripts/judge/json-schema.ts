import * as v from 'valibot'

export const json = v.record(v.string(), v.unknown())
const named = v.object({ properties: v.object({ object: v.object({ enum: v.tuple([v.string()]) }) }) })
const reference = v.object({ $ref: v.string() })

/** Each schema of a `oneOf` by the one value of `object` that it allows, where each allows another one. */
function byObject(oneOf: unknown, root: unknown): Record<string, string> | null {
  const references = v.safeParse(v.array(reference), oneOf)
  if (!references.success) return null
  const pairs = references.output.map(({ $ref }) => {
    const target = v.safeParse(named, $ref.slice(2).split('/').reduce<unknown>((node, name) => v.is(json, node) ? node[name] : undefined, root))
    return [target.success ? target.output.properties.object.enum[0] : '', $ref] as const
  })
  const mapping = Object.fromEntries(pairs)
  return '' in mapping || Object.keys(mapping).length < pairs.length ? null : mapping
}

/**
 * OpenAPI 3.0's own words as JSON Schema has them: `nullable`, a boolean `exclusiveMinimum`, and a choice of schemas by
 * one property, of which only the one chosen then says what is wrong.
 */
export function toJsonSchema(node: unknown, root: unknown): unknown {
  if (Array.isArray(node)) return node.map(each => toJsonSchema(each, root))
  if (!v.is(json, node)) return node
  const { nullable, discriminator: _discriminator, exclusiveMinimum, example: _example, examples: _examples, ...rest } = node
  const schema: Record<string, unknown> = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, toJsonSchema(value, root)]))
  if (exclusiveMinimum === true) schema.exclusiveMinimum = schema.minimum
  const choice = byObject(node.oneOf, root)
  if (choice) {
    delete schema.oneOf
    schema.properties = { object: { enum: Object.keys(choice) } }
    schema.required = ['object']
    schema.allOf = Object.entries(choice).map(([object, $ref]) => ({ if: { properties: { object: { const: object } } }, then: { $ref } }))
  }
  return nullable === true ? { anyOf: [{ type: 'null' }, schema] } : schema
}
