import { readFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** More demos at once than anybody looks at. */
const MOST = 9

export interface DemoFolder {
  path: string
  /** Whether no other demo runs. */
  alone: boolean
  /** Lets the next demo have it. */
  leave(): Promise<void>
}

/**
 * The folder in which a demo keeps its people and its database: the one that is wanted, or one in it while another demo uses that.
 * @throws when nine demos run already
 */
export async function takeFolder(wanted: string): Promise<DemoFolder> {
  const folders = [wanted, ...Array.from({ length: MOST - 1 }, (_, index) => join(wanted, `demo-${index + 2}`))]
  const alone = (await Promise.all(folders.map(isTaken))).every(taken => !taken)
  for (const path of folders) {
    if (await take(path)) return { path, alone, leave: () => rm(holder(path), { force: true }) }
  }
  throw new Error(`${MOST} demos run already. Stop one of them.`)
}

const holder = (folder: string) => join(folder, 'demo.pid')

async function take(folder: string): Promise<boolean> {
  if (await isTaken(folder)) return false
  await mkdir(folder, { recursive: true })
  await rm(holder(folder), { force: true })
  // Of two that start at once, the second one fails here.
  return writeFile(holder(folder), String(process.pid), { flag: 'wx' }).then(() => true, () => false)
}

/** A demo that was killed has left its file behind, but its process is gone. */
async function isTaken(folder: string): Promise<boolean> {
  const pid = Number(await readFile(holder(folder), 'utf8').catch(() => ''))
  try {
    return pid > 0 && process.kill(pid, 0)
  }
  catch {
    return false
  }
}
