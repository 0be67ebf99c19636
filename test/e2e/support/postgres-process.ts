import { startPostgres } from '#scripts/lib/postgres.ts'

/** A Postgres on this folder and port, run by itself: `node postgres-process.ts <folder> <port>`. Stops when its parent lets go of it. */
const [dataDir = '', port] = process.argv.slice(2)
const postgres = await startPostgres({ dataDir, port: Number(port) })
process.once('disconnect', () => void postgres.stop().then(() => process.exit()))
process.send?.({ url: postgres.url, dataDir: postgres.dataDir })
