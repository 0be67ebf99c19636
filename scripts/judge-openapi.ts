import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { defineCommand, runMain } from 'citty'
import * as v from 'valibot'
import { startLocalClerk } from '#local-clerk/index.ts'
import { type Observation, observationSchema } from '#local-clerk/recorder.ts'
import { type Difference, deliberate } from './judge/differences.ts'
import { driveBackend } from './judge/drive-backend.ts'
import { driveFrontend } from './judge/drive-frontend.ts'
import { readSpecification, type Specification } from './judge/specification.ts'
import { writeTable } from './judge/table.ts'

/** Everything that the local Clerk answers to our own calls, and the events that they make. */
async function drive(): Promise<Observation[]> {
  const observations: Observation[] = []
  const clerk = await startLocalClerk({ port: 0, observe: observation => observations.push(observation) })
  try {
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

interface Row {
  seen: number
  differences: Set<string>
}

function judge(specification: Specification, observations: readonly Observation[]): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (const observation of observations) {
    const { operation, differences } = specification.judge(observation)
    const name = operation ?? `${observation.kind === 'event' ? observation.type : `${observation.method} ${observation.path.replace(/\/[a-z]+_\w{20,}/g, '/{id}')}`}`
    const row = rows.get(name) ?? { seen: 0, differences: new Set() }
    row.seen += 1
    const unknown = operation === null && !(observation.kind === 'answer' && observation.status === 404)
    for (const difference of unknown ? ['not in the specification'] : differences) row.differences.add(difference)
    rows.set(name, row)
  }
  return rows
}

/** Prints each operation with what differs, and says whether nothing does but what is so on purpose. */
function report(rows: ReadonlyMap<string, Row>): boolean {
  const used = new Set<Difference>()
  let wrong = 0
  for (const [name, { seen, differences }] of [...rows].sort(([a], [b]) => a.localeCompare(b))) {
    const open = [...differences].filter((found) => {
      const covering = deliberate.filter(({ differs }) => differs.test(`${name} ${found}`))
      covering.forEach(each => used.add(each))
      return covering.length === 0
    })
    wrong += open.length
    const mark = open.length > 0 ? styleText('red', '✗') : styleText('green', '✓')
    const onPurpose = differences.size - open.length
    console.log(`${mark} ${name}, ${seen} seen${onPurpose > 0 ? `, ${onPurpose} different on purpose` : ''}`)
    for (const difference of open) console.log(`    ${difference}`)
  }
  const unused = deliberate.filter(each => !used.has(each))
  for (const { differs } of unused) console.log(styleText('red', `✗ Nothing differs as in ${differs}: take it off the list.`))
  console.log(`\n${rows.size} operations and events, ${wrong} differences, ${used.size} kinds on purpose, ${unused.length} to take off the list`)
  return wrong + unused.length === 0
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
    if (!report(judge(specification, observations))) process.exitCode = 1
  },
}))
