import { closeDatabase, openDatabase } from '#db/client.ts'
import { migrateDatabase } from '#db/migrate.ts'

/** Makes a migrated database on the server at `url`. @returns its address */
export async function createDatabase(url: string, name: string): Promise<string> {
  const control = openDatabase(url, { max: 1 })
  await control.$client.unsafe(`create database ${name}`)
  await closeDatabase(control)
  const address = new URL(url)
  address.pathname = `/${name}`
  await migrateDatabase(address.href, 'db/migrations')
  return address.href
}
