import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineCommand, runMain } from 'citty'
import * as v from 'valibot'
import { startLocalClerk } from '#local-clerk/index.ts'
import { type Observation, observationSchema } from '#local-clerk/recorder.ts'
import { deliberate } from './judge/differences.ts'
import { driveBackend } from './judge/drive-backend.ts'
import { driveFrontend } from './judge/drive-frontend.ts'
import { driveOrganizations } from './judge/drive-organizations.ts'
import { judge, report } from './judge/report.ts'
import { readSpecification } from './judge/specification.ts'
import { writeTable } from './judge/table.ts'

/** Everything that the local Clerk answers to our own calls, and the events that they make. */
async function drive(): Promise<Observation[]> {
  const observations: Observation[] = []
  const clerk = await startLocalClerk({ port: 0, observe: observation => observations.push(observation) })
  try {
    await driveOrganizations(clerk)
    await driveBackend(clerk)
    await driveFrontend(clerk)
    return observations
  }
  finally {
    await clerk.close()
  }
}

/** What `LOCAL_CLERK_RECORD` kept while other programs ran. */
async function readRecordings(folder: string): Promise<Observation[]> {
  const observations: Observation[] = []
  for (const name of await readdir(folder)) {
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n').filter(Boolean)) {
      observations.push(v.parse(v.pipe(v.string(), v.parseJson(), observationSchema), line))
    }
  }
  return observations
}

await runMain(defineCommand({
  meta: { name: 'npm run judge:openapi --', description: 'Holds every answer and event of the local Clerk against Clerk\'s OpenAPI files.' },
  args: {
    specifications: { type: 'positional', required: true, description: 'The folder of bapi-….yml, fapi-….yml and webhooks-….yml (github.com/clerk/openapi-specs)' },
    write: { type: 'boolean', default: false, description: 'Write the table of what is served into local-clerk/README.md' },
    recordings: { type: 'string', description: 'Judge what LOCAL_CLERK_RECORD kept in this folder as well' },
  },
  async run({ args }) {
    const specification = await readSpecification(args.specifications)
    if (args.write) await writeTable(specification)
    const observations = [...await drive(), ...args.recordings ? await readRecordings(args.recordings) : []]
    const { lines, isRight } = report(judge(specification, observations), deliberate)
    console.log(lines.join('\n'))
    if (!isRight) process.exitCode = 1
  },
}))
