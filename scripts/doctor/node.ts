import { execFile } from 'node:child_process'
import { delimiter } from 'node:path'
import { promisify } from 'node:util'
import type { Env, Finding } from './finding.ts'
import { good, note, wrong } from './finding.ts'

/** What Nuxt 4.5 runs on: README, docs/production.md. */
const NEEDED = [22, 19] as const
const needed = NEEDED.join('.')

/** The Node that runs this, and the one that would run `.output` outside npm, which puts its own first. */
export async function checkNode(env: Env): Promise<Finding[]> {
  const mine = process.versions.node
  const findings = [isEnough(mine)
    ? good('node', `Node ${mine} runs what npm run starts.`)
    : wrong('node', `Node ${mine} is too old for Nuxt.`, `Install Node ${needed} or later, or run npm ci without --omit=dev, which brings one.`)]
  const systems = await findSystemNode(env)
  if (systems && !isEnough(systems)) {
    findings.push(note('node-of-system', `The system's own Node is ${systems}. What npm run starts does not use it.`, `To start .output/server/index.mjs without npm, install Node ${needed} or later.`))
  }
  return findings
}

function isEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
}

/** @returns such as `20.20.0`; null when there is none */
async function findSystemNode({ PATH = '' }: Env): Promise<string | null> {
  const path = PATH.split(delimiter).filter(folder => !/[\\/]node_modules[\\/]/.test(`${folder}/`)).join(delimiter)
  const told = await promisify(execFile)('node', ['--version'], { env: { PATH: path }, timeout: 5_000 }).catch(() => null)
  return told ? told.stdout.trim().replace(/^v/, '') : null
}
