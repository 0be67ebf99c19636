import * as v from 'valibot'
import type { AdminLiveMessage } from '../types/admin.ts'
import { eventReasons, outcomes } from '../types/sync.ts'

const Text = v.nullable(v.string())
const Count = v.nullable(v.number())

const Event = v.object({
  id: v.string(),
  type: Text,
  userId: Text,
  userName: Text,
  occurredAt: Text,
  firstReceivedAt: v.string(),
  lastReceivedAt: v.string(),
  appliedAt: Text,
  deliveries: v.number(),
  outcome: v.picklist(outcomes),
  reason: v.nullable(v.picklist(Object.values(eventReasons).flat())),
  details: v.nullable(v.object({
    path: v.optional(v.string()), expected: v.optional(v.string()), instance: v.optional(v.string()), mirrored: v.optional(v.string()), code: v.optional(v.string()),
  })),
  durationMs: Count,
  lagMs: Count,
})

/** A message of the admins' stream, as JSON. A type that is not known here comes from a newer server, and is not an error. */
export const AdminLiveMessageJson = v.pipe(
  v.string(),
  v.parseJson(),
  v.variant('type', [
    v.object({ type: v.literal('events'), events: v.array(Event) }),
    v.object({ type: v.literal('many') }),
  ]) satisfies v.GenericSchema<unknown, AdminLiveMessage>,
)
