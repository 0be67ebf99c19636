import { styleText } from 'node:util'
import { defineCommand, runMain } from 'citty'
import { diagnose } from './doctor/diagnose.ts'
import type { Finding } from './doctor/finding.ts'

const signs = {
  good: styleText('green', '✓'),
  note: styleText('yellow', '•'),
  wrong: styleText('red', '✗'),
} satisfies Record<Finding['state'], string>

function print(findings: Finding[], wrong: number) {
  for (const { state, text, mend } of findings) console.log(`${signs[state]} ${text}${mend ? `\n    ${mend}` : ''}`)
  console.log(wrong === 0 ? '\nNothing is wrong.' : `\n${wrong} to mend. No keys at hand? npm run demo needs none.`)
}

await runMain(defineCommand({
  meta: { name: 'npm run doctor --', description: 'Says what is missing or wrong, and how to mend it. Exits 1 when something is wrong.' },
  args: {
    url: { type: 'string', description: 'Looks at /api/webhooks there too, such as https://rollcall.example; leaves one row in its event log' },
    json: { type: 'boolean', default: false, description: 'One JSON object: { ok, findings: [{ code, state, text, mend? }] }' },
  },
  async run({ args }) {
    const findings = await diagnose(process.env, args.url)
    const wrong = findings.filter(({ state }) => state === 'wrong').length
    if (args.json) console.log(JSON.stringify({ ok: wrong === 0, findings }, null, 2))
    else print(findings, wrong)
    process.exitCode = wrong === 0 ? 0 : 1
  },
}))
