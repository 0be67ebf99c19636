import { isRollcall } from '#scripts/lib/find-rollcall.ts'
import { isFree, readPort } from '#scripts/lib/ports.ts'
import type { Env, Finding } from './finding.ts'
import { good, wrong } from './finding.ts'

/** The port on which the server of this environment listens: free, or a Rollcall is there. */
export async function checkPort(env: Env): Promise<Finding[]> {
  const setting = env.NITRO_PORT?.trim() || env.PORT?.trim() || '3000'
  const port = readPort(setting)
  if (port === null) return [wrong('variable-malformed', 'PORT is no port number.', 'Set PORT to a number from 1 to 65535, or leave it out for 3000.')]
  if (await isFree(port)) return [good('port', `Port ${port} is free.`)]
  return await isRollcall(`http://localhost:${port}`)
    ? [good('port', `Rollcall answers at port ${port}.`)]
    : [wrong('port-taken', `Port ${port} is taken by something that is not this app, or has no keys.`, 'Stop it, or set PORT to another.')]
}
