import { checkedMigrations, findMigrationProblems } from './lib/migration-lint.ts'

const problems = checkedMigrations().flatMap(path => findMigrationProblems(path).map(problem => ({ path, ...problem })))
for (const { path, line, rule, message } of problems) console.error(`${path}:${line} ${rule}: ${message}`)
if (problems.length > 0) {
  console.error('\nInstances of the version before serve while a migration runs. CONTRIBUTING.md ("A migration") shows how each is written.')
  process.exitCode = 1
}
