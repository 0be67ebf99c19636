import { fork } from 'node:child_process'
import { once } from 'node:events'
import * as v from 'valibot'
import { fixture } from '#scripts/lib/delivery.ts'
import { startTemporaryPostgres } from '#scripts/lib/postgres.ts'
import { startAppWithClerk } from '#scripts/lib/rollcall.ts'
import type { Bench } from './lib/bench.ts'
import { compare } from './lib/bench.ts'
import { measure, signDeliveries } from './lib/load.ts'

/*
 * Signed deliveries, applied and answered after commit, with Postgres as it comes: fsync and synchronous_commit on. Each
 * server is a process of its own; the load comes from this one, on the same machine, so the faster a server is, the more
 * of the machine the load takes from it.
 */
const FULL = { deliveries: 4_000, rounds: 5 }
const SMOKE: typeof FULL = { deliveries: 100, rounds: 1 }
const CONNECTIONS = 32

const Address = v.tuple([v.object({ url: v.string() })])

export const run: Bench = async ({ smoke }) => {
  const { deliveries, rounds } = smoke ? SMOKE : FULL
  const endings: (() => unknown)[] = []
  try {
    const postgres = await startTemporaryPostgres()
    endings.push(() => postgres.stop())
    const { app, clerk, stop } = await startAppWithClerk({ databaseUrl: postgres.url })
    endings.push(stop)

    async function startBaseline(which: 'bare' | 'guides'): Promise<string> {
      const server = fork('bench/lib/baselines.ts', [which, clerk.webhookSecret, postgres.url])
      endings.push(() => server.kill())
      const [{ url }] = v.parse(Address, await once(server, 'message'))
      return url
    }

    let clock = Date.now()
    const { data, ...envelope } = fixture('user.updated')
    /** One event for each user; inserts in the first round, updates with another name in later ones. */
    const events = () => Array.from({ length: deliveries }, (_, index) => {
      const timestamp = ++clock
      return {
        ...envelope, instance_id: clerk.instanceId, timestamp,
        data: { ...data, id: `user_bench${String(index).padStart(17, '0')}`, first_name: `Name ${timestamp}`, updated_at: timestamp },
      }
    })

    const servers = {
      bare: { url: await startBaseline('bare'), rates: [] as number[] },
      guides: { url: await startBaseline('guides'), rates: [] as number[] },
      rollcall: { url: `${app.url}/api/webhooks`, rates: [] as number[] },
    }
    for (let round = 0; round <= rounds; round++) {
      // In turn, so that a slow minute of the machine falls on all of them. The first round does not count.
      for (const { url, rates } of Object.values(servers)) {
        const rate = await measure(url, signDeliveries(clerk.webhookSecret, events()), CONNECTIONS)
        if (round > 0) rates.push(rate)
      }
    }
    const what = { work: 'deliveries', size: `${deliveries} users, ${CONNECTIONS} connections`, unit: 'a second' }
    return [
      compare({ ...what, reach: '≥ 0.5' }, servers.rollcall.rates, { name: 'bare Node: checks the signature, parses', values: servers.bare.rates }),
      compare({ ...what, reach: '≥ 1.5' }, servers.rollcall.rates, { name: 'the guides\' transaction on bare h3', values: servers.guides.rates }),
    ]
  }
  finally {
    for (const ending of endings.reverse()) await ending()
  }
}
