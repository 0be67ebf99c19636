import { styleText } from 'node:util'
import { defineCommand, runMain } from 'citty'
import type { Finding } from './doctor/checks.ts'
import { checkClerk, checkDatabase, checkKeys, checkVariables } from './doctor/checks.ts'

const signs = {
  good: styleText('green', '✓'),
  note: styleText('yellow', '•'),
  wrong: styleText('red', '✗'),
} satisfies Record<Finding['state'], string>

function print({ state, text, mend }: Finding) {
  console.log(`${signs[state]} ${text}${mend ? `\n    ${mend}` : ''}`)
}

await runMain(defineCommand({
  meta: { name: 'npm run doctor', description: 'Says what is missing or wrong, and how to mend it. Exits 1 when something is wrong.' },
  async run() {
    const database = await checkDatabase(process.env)
    const findings = [
      ...checkVariables(process.env),
      ...checkKeys(process.env),
      ...database.findings,
      ...await checkClerk(process.env, database.mirrored),
    ]
    findings.forEach(print)
    const wrong = findings.filter(({ state }) => state === 'wrong').length
    console.log(wrong === 0 ? '\nNothing is wrong.' : `\n${wrong} to mend. No keys at hand? npm run demo needs none.`)
    process.exitCode = wrong === 0 ? 0 : 1
  },
}))
