import * as v from 'valibot'

const text = v.nullable(v.string())
const time = v.number()
const metadata = v.record(v.string(), v.unknown())

const email = v.object({
  id: v.string(),
  address: v.string(),
  verified: v.boolean(),
  /** by a code that was mailed, or by the Backend API's word */
  verifiedBy: v.optional(v.picklist(['email_code', 'admin']), 'email_code'),
  /** not verified, but kept for this user and good for signing in */
  reserved: v.optional(v.boolean(), false),
  // Data files from before these were kept have neither.
  createdAt: v.optional(time, 0),
  updatedAt: v.optional(time, 0),
})

const user = v.object({
  id: v.string(),
  firstName: text,
  lastName: text,
  username: text,
  emails: v.array(email),
  primaryEmailId: text,
  /** path of the picture on this server; null draws Clerk's default */
  imagePath: text,
  passwordHash: text,
  passwordUpdatedAt: v.nullable(time),
  publicMetadata: metadata,
  privateMetadata: metadata,
  unsafeMetadata: metadata,
  externalId: text,
  banned: v.boolean(),
  /** until when nobody signs in as this user; null where the user is not locked */
  lockedUntil: v.optional(v.nullable(time), null),
  /** wrong passwords and codes since the last sign-in or unlock */
  failedAttempts: v.optional(v.number(), 0),
  deleteSelfEnabled: v.optional(v.boolean(), true),
  createOrganizationEnabled: v.optional(v.boolean(), false),
  createOrganizationsLimit: v.optional(v.nullable(v.number()), null),
  legalAcceptedAt: v.optional(v.nullable(time), null),
  locale: v.optional(text, null),
  createdAt: time,
  updatedAt: time,
  lastSignInAt: v.nullable(time),
  lastActiveAt: v.nullable(time),
})

const session = v.object({
  id: v.string(),
  clientId: v.string(),
  userId: v.string(),
  status: v.picklist(['active', 'ended', 'removed', 'revoked']),
  createdAt: time,
  updatedAt: time,
  lastActiveAt: time,
  expireAt: time,
  ip: v.optional(v.string(), '127.0.0.1'),
  userAgent: v.optional(v.string(), ''),
})

/** What a session's JWT for another service holds; `claims` may have shortcodes such as `{{user.id}}`. */
const jwtTemplate = v.object({
  id: v.string(),
  name: v.string(),
  claims: metadata,
  /** seconds */
  lifetime: v.number(),
  /** seconds */
  allowedClockSkew: v.number(),
  createdAt: time,
  updatedAt: time,
})

/** A ticket for one sign-in without a password or a code. */
const signInToken = v.object({
  id: v.string(),
  userId: v.string(),
  status: v.picklist(['pending', 'accepted', 'revoked']),
  /** the ticket itself, a JWT */
  token: v.string(),
  expiresAt: time,
  createdAt: time,
  updatedAt: time,
})

const waitlistEntry = v.object({
  id: v.string(),
  emailAddress: v.string(),
  status: v.picklist(['pending', 'invited', 'completed', 'rejected']),
  createdAt: time,
  updatedAt: time,
})

const organization = v.object({
  id: v.string(),
  name: v.string(),
  slug: v.string(),
  /** 0 is without a limit */
  maxAllowedMemberships: v.number(),
  adminDeleteEnabled: v.boolean(),
  publicMetadata: metadata,
  privateMetadata: metadata,
  createdBy: text,
  createdAt: time,
  updatedAt: time,
})

const membership = v.object({
  id: v.string(),
  organizationId: v.string(),
  userId: v.string(),
  role: v.string(),
  publicMetadata: metadata,
  privateMetadata: metadata,
  createdAt: time,
  updatedAt: time,
})

const organizationInvitation = v.object({
  id: v.string(),
  organizationId: v.string(),
  emailAddress: v.string(),
  role: v.string(),
  inviterId: text,
  status: v.picklist(['pending', 'accepted', 'revoked']),
  publicMetadata: metadata,
  privateMetadata: metadata,
  expiresAt: time,
  createdAt: time,
  updatedAt: time,
})

const client = v.object({
  id: v.string(),
  devBrowser: v.string(),
  lastActiveSessionId: text,
  /** how someone last proved here who they are */
  lastStrategy: v.optional(v.nullable(v.picklist(['password', 'email_code'])), null),
  createdAt: time,
  updatedAt: time,
})

const attempt = v.object({
  at: time,
  status: v.nullable(v.number()),
  ms: v.number(),
  answer: v.string(),
  cause: v.picklist(['schedule', 'duplicate', 'replay']),
})

const delivery = v.object({
  id: v.string(),
  type: v.string(),
  userId: text,
  body: v.string(),
  createdAt: time,
  state: v.picklist(['waiting', 'succeeded', 'failed', 'dropped', 'not sent']),
  attempts: v.array(attempt),
  /** when the next scheduled attempt is due, and which one it is */
  nextAttemptAt: v.nullable(time),
  nextAttemptNumber: v.number(),
})

const upload = v.object({ type: v.string(), base64: v.string() })

/** What the data file holds, and what is kept in memory. Times are in milliseconds. */
export const stateSchema = v.object({
  version: v.literal(1),
  instanceId: v.string(),
  /** where it listened last, without a path; pictures are served there */
  url: v.optional(text, null),
  signingKey: v.nullable(v.record(v.string(), v.unknown())),
  webhookUrl: text,
  /** since when no event has come through to the endpoint; null while they do */
  webhookFailingSince: v.optional(v.nullable(time), null),
  /** after five days of failures, until someone sets the address again */
  webhookDisabled: v.optional(v.boolean(), false),
  webhookSecrets: v.array(v.string()),
  users: v.array(user),
  sessions: v.array(session),
  clients: v.array(client),
  signInTokens: v.optional(v.array(signInToken), []),
  jwtTemplates: v.optional(v.array(jwtTemplate), []),
  waitlist: v.optional(v.array(waitlistEntry), []),
  organizations: v.optional(v.array(organization), []),
  memberships: v.optional(v.array(membership), []),
  organizationInvitations: v.optional(v.array(organizationInvitation), []),
  deliveries: v.array(delivery),
  uploads: v.record(v.string(), upload),
})

export type State = v.InferOutput<typeof stateSchema>
export type User = v.InferOutput<typeof user>
export type EmailAddress = v.InferOutput<typeof email>
export type Session = v.InferOutput<typeof session>
export type SignInToken = v.InferOutput<typeof signInToken>
export type WaitlistEntry = v.InferOutput<typeof waitlistEntry>
export type JwtTemplate = v.InferOutput<typeof jwtTemplate>
export type Organization = v.InferOutput<typeof organization>
export type Membership = v.InferOutput<typeof membership>
export type OrganizationInvitation = v.InferOutput<typeof organizationInvitation>
export type Client = v.InferOutput<typeof client>
export type Delivery = v.InferOutput<typeof delivery>
export type Attempt = v.InferOutput<typeof attempt>
