import { describe, expect, it } from 'vitest'
import { backendApi, start } from './helpers.ts'

async function statuses(clerk: Awaited<ReturnType<typeof start>>, count: number) {
  const answers = await Promise.all(Array.from({ length: count }, () => backendApi(clerk, '/instance')))
  return { refused: answers.filter(answer => answer.status === 429), served: answers.filter(answer => answer.status === 200).length }
}

describe('the limit of the Backend API', () => {
  it('is 100 requests in 10 s for a development key, then 429 with Retry-After', async () => {
    const clerk = await start({ rateLimits: true })
    const { served, refused: [refused, ...more] } = await statuses(clerk, 103)
    expect([served, more.length]).toEqual([100, 2])
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(refused?.headers.get('retry-after'))).toBeLessThanOrEqual(10)
    expect(await refused?.json()).toMatchObject({ errors: [{ code: 'too_many_requests' }] })
    expect((await fetch(`${clerk.url}/v1/jwks`)).status).toBe(200)
  })

  it('is wider for a production key, and off where nobody asks for it', async () => {
    for (const clerk of [await start({ rateLimits: true, secretKey: 'sk_live_of_a_test' }), await start()]) {
      expect((await statuses(clerk, 103)).served).toBe(103)
    }
  })
})
