import type { ClerkReader } from '../sync/clerk.ts'
import { createClerkReader } from '../sync/clerk.ts'
import type { InstanceCheck } from '../sync/instance.ts'
import { checkInstance } from '../sync/instance.ts'
import { applyNews } from '../sync/apply.ts'
import { paceReader, requestsPerSecond } from '../sync/pace.ts'
import { createProvisioner } from '../sync/provision.ts'
import { createNewsQueue } from '../sync/queue.ts'

const INSTANCE_RETRY_MS = 30_000

function createMirror() {
  const { NUXT_CLERK_SECRET_KEY: secretKey, NUXT_CLERK_API_URL: apiUrl } = useEnv()
  const db = useDbPool()
  const clerk: ClerkReader = createClerkReader({ secretKey, apiUrl })
  const apply = createNewsQueue(news => applyNews(db, news))

  let instance: InstanceCheck = { mirrored: null, problem: null }
  let asked = 0
  return {
    clerk,
    /** The same, at a rate that leaves the app its half: for scans. */
    pacedClerk: paceReader(clerk, requestsPerSecond(secretKey)),
    /** Applies news by the version rule; resolves after commit. */
    apply,
    /** Reads one user from Clerk and applies them: `server/sync/provision.ts` */
    provision: createProvisioner(db, clerk, apply),
    /** The instance guard, asked again every 30 s until Clerk has answered once. Never waits for Clerk. */
    instance(): InstanceCheck {
      if (!instance.mirrored && Date.now() - asked > INSTANCE_RETRY_MS) {
        asked = Date.now()
        checkInstance(db, clerk).then(
          (found) => {
            instance = found
            if (found.problem) console.error(found.problem)
          },
          error => console.error(`The instance guard: ${describeFailure(error)}`),
        )
      }
      return instance
    },
  }
}

let mirror: ReturnType<typeof createMirror> | undefined

/** The mirror of this process: one queue, one reader of Clerk. */
export function useMirror() {
  mirror ??= createMirror()
  return mirror
}
