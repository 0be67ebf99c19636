import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'

function run(...args: string[]) {
  const child = spawn(process.execPath, ['scripts/clerk.ts', ...args], { env: { ...process.env, NO_COLOR: '1' } })
  onTestFinished(() => void child.kill())
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output += chunk.toString('utf8'))
  return { child, output: () => output }
}

describe('npm run clerk', () => {
  it('says how to use it, serves until it is stopped, and stops when told to', async () => {
    const { child, output } = run('--port', '0', '--webhook', 'http://localhost:9/api/webhooks', '--seed', '--no-first-name', '--sign-ups', 'waitlist')
    await expect.poll(output, { timeout: 10_000 }).toContain('Ctrl-C')
    const [url] = /http:\/\/localhost:\d+/.exec(output()) ?? []
    const [key] = /sk_test_\w+/.exec(output()) ?? []
    expect(output()).toMatch(/whsec_\S+/)
    const count = await fetch(`${url}/v1/users/count`, { headers: { authorization: `Bearer ${key}` } })
    expect(await count.json()).toMatchObject({ total_count: 25 })
    expect(await (await fetch(`${url}/v1/environment`)).json()).toMatchObject({ user_settings: { attributes: { first_name: { required: false } }, sign_up: { mode: 'waitlist' } } })
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('says what is wrong with what it is told', async () => {
    const { child, output } = run('--port', '0', '--webhook', 'localhost')
    expect(await once(child, 'exit')).toEqual([1, null])
    expect(output()).toContain('http://localhost:3000/api/webhooks')
    const without = run('--port', '0', '--secret', 'whsec_x')
    expect(await once(without.child, 'exit')).toEqual([1, null])
    expect(without.output()).toContain('give both')
    const other = run('--port', '0', '--sign-ups', 'nobody')
    expect(await once(other.child, 'exit')).toEqual([1, null])
    expect(other.output()).toContain('public, restricted, waitlist')
  })
})
