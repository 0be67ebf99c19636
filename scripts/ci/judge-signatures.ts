import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalClerk } from '#local-clerk/index.ts'
import { freePort } from '../lib/ports.ts'

/**
 * Lets Clerk's own command-line tool judge what the local Clerk signs: it must take a real delivery,
 * and refuse the same one with a changed body, with another id, and under another secret.
 * Usage: node scripts/ci/judge-signatures.ts path/to/clerk
 */
interface Delivery { body: string, id: string, timestamp: string, signature: string, secret: string }

async function receiveOne(): Promise<Delivery> {
  const port = await freePort()
  const received = Promise.withResolvers<Omit<Delivery, 'secret'>>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const header = (name: string) => String(request.headers[name] ?? '')
      received.resolve({ body: Buffer.concat(chunks).toString('utf8'), id: header('svix-id'), timestamp: header('svix-timestamp'), signature: header('svix-signature') })
      response.end()
    })
  })
  await new Promise<void>(done => server.listen(port, '127.0.0.1', done))
  const clerk = await startLocalClerk({ port: 0, webhook: { url: `http://127.0.0.1:${port}/` } })
  try {
    clerk.users.create({ firstName: 'Zoë', lastName: '山本', email: 'zoe@example.com' })
    return { ...await received.promise, secret: clerk.webhookSecret }
  }
  finally {
    await clerk.close()
    server.close()
  }
}

async function judge(clerk: string, delivery: Delivery): Promise<boolean> {
  const dir = await mkdtemp(join(tmpdir(), 'rollcall-judge-'))
  try {
    await writeFile(join(dir, 'body.json'), delivery.body)
    const { id, timestamp, signature, secret } = delivery
    const { status, error } = spawnSync(clerk, ['webhooks', 'verify', '--secret', secret, '--payload', '@body.json', '--id', id, '--timestamp', timestamp, '--signature', signature], { cwd: dir, encoding: 'utf8' })
    if (error) throw error
    return status === 0
  }
  finally {
    await rm(dir, { recursive: true, force: true })
  }
}

const [clerk] = process.argv.slice(2)
if (!clerk) throw new Error('Usage: node scripts/ci/judge-signatures.ts path/to/clerk')

const delivery = await receiveOne()
const cases: [name: string, delivery: Delivery, taken: boolean][] = [
  ['a delivery of the local Clerk', delivery, true],
  ['a delivery with a changed body', { ...delivery, body: delivery.body.replace('Zoë', 'Zoe') }, false],
  ['a delivery with another id', { ...delivery, id: `${delivery.id}x` }, false],
  ['a delivery under another secret', { ...delivery, secret: `whsec_${Buffer.from('another secret of 32 bytes long!').toString('base64')}` }, false],
]
for (const [name, given, taken] of cases) {
  const answer = await judge(clerk, given)
  console.log(`${answer === taken ? '✓' : '✗'} clerk webhooks verify ${answer ? 'takes' : 'refuses'} ${name}`)
  if (answer !== taken) process.exitCode = 1
}
