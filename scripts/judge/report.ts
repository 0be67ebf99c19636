import { styleText } from 'node:util'
import type { Observation } from '#local-clerk/recorder.ts'
import type { Difference } from './differences.ts'
import type { Specification } from './specification.ts'

export interface Row {
  seen: number
  differences: Set<string>
}

/** Each operation and event that was seen, with what differs from the specification. */
export function judge(specification: Specification, observations: readonly Observation[]): Map<string, Row> {
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

/**
 * Each operation with what differs, a line each; it is right when nothing differs but what is to differ, and all of that
 * still does.
 */
export function report(rows: ReadonlyMap<string, Row>, deliberate: readonly Difference[]): { lines: string[], isRight: boolean } {
  const lines: string[] = []
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
    lines.push(`${mark} ${name}, ${seen} seen${onPurpose > 0 ? `, ${onPurpose} different on purpose` : ''}`)
    for (const difference of open) lines.push(`    ${difference}`)
  }
  const unused = deliberate.filter(each => !used.has(each))
  for (const { differs } of unused) lines.push(styleText('red', `✗ Nothing differs as in ${differs}: take it off the list.`))
  lines.push(`\n${rows.size} operations and events, ${wrong} differences, ${used.size} kinds on purpose, ${unused.length} to take off the list`)
  return { lines, isRight: wrong + unused.length === 0 }
}
