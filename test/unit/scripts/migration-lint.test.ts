import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkedMigrations, findMigrationProblems } from '#scripts/lib/migration-lint.ts'

const folder = mkdtempSync(join(tmpdir(), 'rollcall-lint-'))
afterAll(() => rmSync(folder, { recursive: true }))

function rulesFor(...statements: string[]) {
  const path = join(folder, '0012_next.sql')
  writeFileSync(path, statements.join('--> statement-breakpoint\n'))
  return findMigrationProblems(path)
}

describe('a migration is refused', () => {
  const refused: [string, string, string][] = [
    ['require-concurrent-index-creation', 'that builds an index as drizzle-kit writes it', 'CREATE INDEX "posts_next_idx" ON "posts" USING btree ("author_id");'],
    ['require-concurrent-index-deletion', 'that drops an index as drizzle-kit writes it', 'DROP INDEX "posts_feed_idx";'],
    ['prefer-robust-stmts', 'that could not be repeated once it is cut off', 'CREATE INDEX CONCURRENTLY "posts_next_idx" ON "posts" ("author_id");'],
    ['constraint-missing-not-valid', 'that checks all rows under a lock', 'ALTER TABLE "posts" ADD CONSTRAINT "posts_next_check" CHECK (octet_length("body") < 9);'],
    ['adding-foreign-key-constraint', 'that looks up all rows under a lock', 'ALTER TABLE "posts" ADD CONSTRAINT "posts_next_fk" FOREIGN KEY ("deleted_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;'],
    ['disallowed-unique-constraint', 'that builds an index for a constraint', 'ALTER TABLE "posts" ADD CONSTRAINT "posts_next_unique" UNIQUE("key");'],
    ['adding-not-nullable-field', 'that looks for nulls under a lock', 'ALTER TABLE "posts" ALTER COLUMN "body" SET NOT NULL;'],
    ['adding-required-field', 'that asks instances for a column they do not know', 'ALTER TABLE "posts" ADD COLUMN "next" text NOT NULL;'],
    ['changing-column-type', 'that writes a table anew', 'ALTER TABLE "posts" ALTER COLUMN "body" SET DATA TYPE varchar(900);'],
    ['adding-field-with-default', 'with a default of each row\'s own', 'ALTER TABLE "posts" ADD COLUMN "next" uuid DEFAULT gen_random_uuid();'],
    ['adding-field-with-default', 'with a generated column', 'ALTER TABLE "users" ADD COLUMN "next" text GENERATED ALWAYS AS (lower(username)) STORED;'],
    ['ban-drop-column', 'that drops what instances read', 'ALTER TABLE "posts" DROP COLUMN "body";'],
    ['ban-drop-table', 'that drops what instances read', 'DROP TABLE "likes";'],
    ['renaming-column', 'that renames what instances read', 'ALTER TABLE "posts" RENAME COLUMN "body" TO "text";'],
    ['renaming-table', 'that renames what instances read', 'ALTER TABLE "posts" RENAME TO "notes";'],
    ['whole-table', 'that changes all rows', 'UPDATE "posts" SET "author_hidden" = false;'],
    ['whole-table', 'that deletes rows', '-- Why: it is.\nDELETE FROM "likes";'],
    ['why', 'that ignores a rule and does not say why', '-- squawk-ignore ban-drop-column\nALTER TABLE "posts" DROP COLUMN "key";'],
    ['why', 'that ignores a rule for all of it', '-- squawk-ignore-file ban-drop-column\n-- Why: nothing reads it since 0.2.0.\nALTER TABLE "posts" DROP COLUMN "key";'],
    ['unused-ignore', 'that ignores a rule by a wrong name', '-- Why: nothing reads it since 0.2.0.\n-- squawk-ignore ban-drop\nALTER TABLE "posts" DROP COLUMN "key";'],
  ]
  it.each(refused)('%s: one %s', (rule, _what, statement) => {
    expect(rulesFor(statement).map(problem => problem.rule)).toContain(rule)
  })

  it('with the line and with what to write instead', () => {
    expect(rulesFor('ALTER TABLE "posts" ADD COLUMN "next" text;', '-- For the feed.\nCREATE INDEX "posts_next_idx" ON "posts" ("next");', 'DELETE FROM "posts";')).toEqual([
      { line: 3, rule: 'require-concurrent-index-creation', message: expect.stringContaining('Use `concurrently`') },
      { line: 4, rule: 'whole-table', message: expect.stringContaining('in parts') },
    ])
  })
})

describe('a migration passes', () => {
  const passing: [string, string[]][] = [
    ['with columns that may be null or have one default', ['ALTER TABLE "posts" ADD COLUMN "next" text;', 'ALTER TABLE "posts" ADD COLUMN "more" boolean DEFAULT false NOT NULL;']],
    ['with a table of its own', ['CREATE TABLE "next" (\n\t"id" text PRIMARY KEY NOT NULL,\n\t"count" integer NOT NULL\n);\n', 'CREATE INDEX "next_idx" ON "next" USING btree ("count");']],
    ['in steps', [
      'ALTER TABLE "posts" ADD COLUMN IF NOT EXISTS "next" text;',
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS "posts_next_idx" ON "posts" USING btree ("next");',
      'ALTER TABLE "posts" DROP CONSTRAINT IF EXISTS "posts_next_check", ADD CONSTRAINT "posts_next_check" CHECK ("next" <> \'\') NOT VALID;',
      'ALTER TABLE "posts" VALIDATE CONSTRAINT "posts_next_check";',
      'DROP INDEX CONCURRENTLY IF EXISTS "posts_written_idx";',
    ]],
    ['that contracts, and says why it may', ['-- Why: nothing reads it since 0.2.0.\n-- squawk-ignore ban-drop-column\nALTER TABLE "posts" DROP COLUMN "key";']],
    ['that changes a few rows, and says so', ['-- Why: the table has one row.\nUPDATE "sync_state" SET "check" = null;']],
  ]
  it.each(passing)('%s', (_what, statements) => {
    expect(rulesFor(...statements)).toEqual([])
  })

  it('and all that are not yet in databases do', () => {
    expect(checkedMigrations().flatMap(findMigrationProblems)).toEqual([])
  })
})
