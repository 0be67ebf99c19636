import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import * as v from 'valibot'
import { runsInSteps, withoutComments } from '#db/migration-steps.ts'

/** Databases have those before it, so they stay as they are. */
const FIRST_CHECKED = '0012'
/** The oldest Postgres that will do. */
const POSTGRES = '15'
/** The migrator sets the timeouts; the rest is a matter of taste, and blocks nothing. */
const excluded = ['require-lock-timeout', 'require-statement-timeout', 'prefer-bigint-over-int', 'prefer-bigint-over-smallint', 'prefer-identity', 'prefer-text-field', 'prefer-timestamp-tz']

const squawk = createRequire(import.meta.url).resolve('squawk-cli/js/bin/squawk')
const Findings = v.array(v.object({ line: v.number(), rule_name: v.string(), message: v.string(), help: v.nullable(v.string()) }))

export interface MigrationProblem {
  /** Of the file, from 1. */
  line: number
  /** A rule of squawk (https://squawkhq.com/docs/rules), or `whole-table` or `why`, which are ours. */
  rule: string
  message: string
}

/** The migrations that are held to the rules, as paths. */
export const checkedMigrations = (folder = 'db/migrations'): string[] => readdirSync(folder)
  .filter(name => name.endsWith('.sql') && name >= FIRST_CHECKED)
  .sort()
  .map(name => join(folder, name))

/**
 * What in a migration would hold up the instances that serve while it runs, or break those of the version before.
 * @param path of the SQL file, as `drizzle-kit generate` wrote it or as it was changed since
 * @throws when squawk does not run on this machine
 */
export function findMigrationProblems(path: string): MigrationProblem[] {
  const text = readFileSync(path, 'utf8')
  const statements = text.split('--> statement-breakpoint')
  // One by one, each statement can be repeated; in a transaction, all are or none.
  const mode = runsInSteps(statements) ? [] : ['--assume-in-transaction']
  const ran = spawnSync(process.execPath, [squawk, '--reporter', 'json', '--pg-version', POSTGRES, '--exclude', excluded.join(','), ...mode, path], { encoding: 'utf8' })
  if (!ran.stdout) throw new Error(`squawk did not run: ${ran.stderr || ran.error}`)
  const found = v.parse(Findings, JSON.parse(ran.stdout))
    .map(({ line, rule_name, message, help }) => ({ line: line + 1, rule: rule_name, message: [message, help].filter(Boolean).join(' ') }))

  let line = 1
  for (const statement of statements) {
    const lines = statement.split('\n')
    const begins = lines.findIndex(one => withoutComments(one) !== '')
    found.push(...findOwn(statement).map(problem => ({ line: line + Math.max(begins, 0), ...problem })))
    line += lines.length - 1
  }
  return found.sort((a, b) => a.line - b.line)
}

const why = /^\s*-- Why: \S.{10,}$/m

function findOwn(statement: string): Omit<MigrationProblem, 'line'>[] {
  const found: Omit<MigrationProblem, 'line'>[] = []
  const rows = /^(update|delete\s+from|truncate|lock|cluster|vacuum\s+full)\b/i.exec(withoutComments(statement))
  if (rows && !why.test(statement)) {
    found.push({ rule: 'whole-table', message: `${rows[0].toUpperCase()} holds its rows, or the table, until the migration is done. Let a job do it in parts once the server runs (server/sync/hiding.ts is one), or say in a line "-- Why: …" above it why it is short.` })
  }
  if (/squawk-ignore-file/.test(statement)) found.push({ rule: 'why', message: 'Ignore a rule for one statement, by squawk-ignore, not for the file.' })
  else if (/squawk-ignore/.test(statement) && !why.test(statement)) {
    found.push({ rule: 'why', message: 'A squawk-ignore needs a line "-- Why: …" above it: that what is dropped is read by no instance since which release, or why the table is small.' })
  }
  return found
}
