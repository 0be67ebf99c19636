import * as v from 'valibot'
import type { MirroredField } from '#shared/types/mirrored.ts'
import { UserId } from '#shared/schemas/ids.ts'
import { storable } from '#shared/schemas/text.ts'

/** Milliseconds since 1970, between the years 1 and 9999: what both JavaScript and Postgres hold. */
const Milliseconds = v.pipe(v.number(), v.integer(), v.minValue(-62_135_596_800_000), v.maxValue(253_402_300_799_999))

/** Text as Postgres takes it: no NUL, no lone surrogate; what is empty counts as absent. */
const Text = v.pipe(
  v.string(),
  v.maxLength(4_000),
  storable('no NUL character'),
  v.transform(text => text.toWellFormed()),
)
const MaybeText = v.pipe(v.nullish(Text, null), v.transform(text => text === '' ? null : text))
const Time = v.pipe(Milliseconds, v.transform(ms => new Date(ms).toISOString()))
const MaybeTime = v.nullish(Time, null)

/**
 * `UserJSON`, as events and the Backend API carry it, to the row that mirrors it; what is not mirrored is not looked at.
 * Times come in milliseconds and leave as ISO 8601. The primary e-mail is the one that `primary_email_address_id` names,
 * never the first of the list.
 * https://github.com/clerk/javascript/blob/main/packages/backend/src/api/resources/JSON.ts
 */
export const ClerkUser = v.pipe(
  v.object({
    id: UserId,
    username: MaybeText,
    first_name: MaybeText,
    last_name: MaybeText,
    image_url: MaybeText,
    has_image: v.optional(v.boolean(), true),
    email_addresses: v.optional(v.array(v.object({ id: v.nullish(v.string()), email_address: Text })), []),
    primary_email_address_id: v.nullish(v.string(), null),
    banned: v.optional(v.boolean(), false),
    created_at: MaybeTime,
    updated_at: Time,
    last_sign_in_at: MaybeTime,
  }),
  v.transform(user => ({
    id: user.id,
    clerkUpdatedAt: user.updated_at,
    ...{
      username: user.username,
      firstName: user.first_name,
      lastName: user.last_name,
      imageUrl: user.has_image ? user.image_url : null,
      email: user.email_addresses.find(({ id }) => id && id === user.primary_email_address_id)?.email_address ?? null,
      banned: user.banned,
      clerkCreatedAt: user.created_at,
      lastSignInAt: user.last_sign_in_at,
    } satisfies Record<MirroredField, string | boolean | null>,
  })),
)
export type ClerkUser = v.InferOutput<typeof ClerkUser>

/** A change that is dated further ahead than this would freeze its row: no later news could win. ms */
const FUTURE_MS = 5 * 60_000
/** @param time ISO 8601 @param now ms since 1970 */
export const isFuture = (time: string, now: number) => Date.parse(time) > now + FUTURE_MS

/** What every event carries around its `data`; the time is `EventTime`. */
export const Envelope = v.object({
  type: v.pipe(v.string(), v.nonEmpty(), v.maxLength(200), storable('no NUL character')),
  data: v.looseObject({}),
  timestamp: v.unknown(),
  instance_id: v.pipe(v.string(), v.maxLength(200), storable('no NUL character')),
})

/** In ms, less than this is a time before March 1973; in seconds it is one until the year 5138. */
const FIRST_MS = 100_000_000_000

/** The envelope's `timestamp`, ms. Clerk's published examples carry seconds, which must not be taken for a time in 1970. */
export const EventTime = v.pipe(v.number(), v.minValue(FIRST_MS, 'milliseconds since 1970'), Time)

export const DeletedUser = v.object({ id: UserId })

/** `session.*`: a free refresh, when Clerk puts the user inside. */
export const SessionData = v.object({
  user_id: v.nullish(UserId, null),
  user: v.nullish(ClerkUser, null),
})

/** A user in a list: one that cannot be used must not hide the others. Without an id it is not a user. */
export const ListedUser = v.union([
  v.pipe(ClerkUser, v.transform(user => ({ user }))),
  v.pipe(
    v.object({ id: UserId, created_at: v.fallback(v.nullable(Time), null), updated_at: v.fallback(v.nullable(Time), null) }),
    v.transform(({ id, created_at: createdAt, updated_at: updatedAt }) => ({ id, createdAt, updatedAt })),
  ),
])

/** `GET /v1/users/count` */
export const UserCount = v.object({ total_count: v.pipe(v.number(), v.integer(), v.minValue(0)) })

/** `GET /v1/instance` */
export const Instance = v.object({ id: v.pipe(v.string(), v.nonEmpty()) })

/**
 * What Clerk's documentation and its OpenAPI file of events carry in their examples. The dashboard's Send Example sends one
 * of them, signed like an event.
 */
const sampleInstances = ['ins_2g7np7Hrk0SN6kj5EDMLDaKNL0S']
const sampleUsers = ['user_29w83sxmDNGwOuEthce5gg56FcC', 'user_2g7np7Hrk0SN6kj5EDMLDaKNL0S']

/** Whether this is a sample: of an instance that no app has (such as `ins_123`), or of a user who does not exist. */
export const isSample = (instanceId: string, userId: string | null) =>
  !/^ins_[A-Za-z0-9]{27}$/.test(instanceId) || sampleInstances.includes(instanceId) || (userId !== null && sampleUsers.includes(userId))

/** The first thing wrong: where, and what was expected there. Never the value: it may be personal. */
export function describeIssue(issues: readonly v.BaseIssue<unknown>[]): { path: string, expected: string } {
  const issue = issues[0]
  if (!issue) return { path: '', expected: 'something readable' }
  const expected = issue.kind === 'schema' ? issue.expected ?? issue.type : issue.type === 'check' ? issue.message : `a valid ${issue.type}`
  return { path: v.getDotPath(issue) ?? '', expected }
}
