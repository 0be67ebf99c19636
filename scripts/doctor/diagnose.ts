import { checkClerk } from './clerk.ts'
import { checkDatabase } from './database.ts'
import { checkEndpoint } from './endpoint.ts'
import type { Env, Finding } from './finding.ts'
import { checkNode } from './node.ts'
import { checkPort } from './port.ts'
import { checkKeys, checkVariables } from './variables.ts'

/**
 * Looks at all that has to fit together, and changes nothing but the event log of `url`.
 * @param url where the app is deployed, when that is to be looked at too
 */
export async function diagnose(env: Env, url?: string): Promise<Finding[]> {
  const [node, port, database] = await Promise.all([checkNode(env), checkPort(env), checkDatabase(env)])
  return [
    ...node,
    ...port,
    ...checkVariables(env),
    ...checkKeys(env),
    ...database.findings,
    ...await checkClerk(env, database),
    ...url === undefined ? [] : await checkEndpoint(env, url),
  ]
}
