import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const hasMigrations = (folder: string) => existsSync(join(folder, 'meta/_journal.json'))

/**
 * The migrations: the repo's own in development, else the copy that the build carries beside its entry, `.output/server`.
 * While plugins run, Nitro's `import.meta.url` is not the entry's yet, so the script that Node was given is looked at too.
 * @throws when they are nowhere: the build is not whole
 */
export function migrationsFolder(): string {
  const places = import.meta.dev
    ? [resolve('db')]
    : [dirname(process.argv[1] ?? ''), dirname(fileURLToPath(import.meta.url))]
  const found = places.map(place => join(place, 'migrations')).find(hasMigrations)
  if (!found) throw new Error('The build carries no migrations. Run npm run build again, and deploy .output as a whole.')
  return found
}
