import type { User } from '#local-clerk/index.ts'
import { pick, repeat } from './world.ts'
import type { World } from './world.ts'

/** At most this many users are at Clerk beside the members. */
const MAX_OTHERS = 1_000
const NAMES = ['Ada', 'Ben', 'Chiara', 'Dariusz', 'Elif', 'Fatou', 'Goran', 'Hana']

/** People at Clerk who rename themselves, sign up, are banned and leave: each change is an event. */
export function startChanges(world: World, everyMs: number): Promise<void> {
  const { clerk, members } = world
  let others: User[] = []
  return repeat(world, everyMs, async () => {
    const chance = Math.random()
    const other = pick(others)
    if (chance < 0.15 && others.length < MAX_OTHERS) others.push(clerk.users.create({ firstName: pick(NAMES) }))
    else if (chance < 0.22 && other) {
      clerk.users.delete(other.id)
      others = others.filter(({ id }) => id !== other.id)
    }
    else if (chance < 0.3 && other) clerk.users.setBanned(other.id, Math.random() < 0.5)
    else {
      const someone = pick([...members, ...others])
      if (someone) clerk.users.update(someone.id, { firstName: pick(NAMES), lastName: String(Date.now() % 100_000) })
    }
  })
}
