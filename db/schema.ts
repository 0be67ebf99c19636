import { sql } from 'drizzle-orm'
import type { SQLWrapper } from 'drizzle-orm'
import { bigint, boolean, check, customType, date, doublePrecision, index, integer, jsonb, pgTable, primaryKey, smallint, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { decisionActions, reportReasons, restrictionKinds } from '#shared/types/moderation.ts'
import type { DecisionAction, ReportReason, RestrictionKind } from '#shared/types/moderation.ts'
import { notificationKinds } from '#shared/types/notification.ts'
import type { NotificationKind } from '#shared/types/notification.ts'
import { outcomes, refusalReasons, syncSources } from '#shared/types/sync.ts'
import type { CheckFacts, EventReason, Outcome, ReasonDetails, RefusalReason, RunError, ScanCounts, ScanKind, ScanProgress, ScanReport, SyncSource } from '#shared/types/sync.ts'

/** A time as Postgres writes it, such as `2026-11-21 07:33:12.48+00`, in ISO 8601: `2026-11-21T07:33:12.480Z`. */
export const toIso = (time: string): string => new Date(time).toISOString()

/**
 * A moment, read and written as ISO 8601 text. Milliseconds are what Clerk gives and what JavaScript can hold; more
 * would not survive a round trip.
 */
const instant = customType<{ data: string, driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  fromDriver: toIso,
})

const isOneOf = (column: AnyPgColumn, values: readonly string[]) => sql`${column} in (${sql.raw(values.map(value => `'${value}'`).join(', '))})`

/** Characters of a name that indexes hold. A name may have 4,000, and a row of an index has 2,704 bytes at most. */
export const NAME_KEY_CHARACTERS = 200

/** A name as it is sorted and looked up: the small letters of its first characters. */
export const toNameKey = (name: SQLWrapper) => sql<string>`lower(left(${name}, ${sql.raw(String(NAME_KEY_CHARACTERS))}))`

interface Named { firstName: SQLWrapper, lastName: SQLWrapper, username: SQLWrapper }
/**
 * A user's name as it is shown, sorted and notified: the full name, else the user name. `display_name` is in the migrations,
 * and puts the family name first in Han, Hangul and Kana.
 */
export const toDisplayName = ({ firstName, lastName, username }: Named) => sql<string | null>`display_name(${firstName}, ${lastName}, ${username})`

/** An id without `user_`, as it is looked up by its first characters. An expression, so that a whole id is looked up by the primary key. */
export const toBare = (id: SQLWrapper) => sql<string>`substr(${id}, 6)`

/** An id from its end, as it is looked up by its last characters. */
export const toReversed = (id: SQLWrapper) => sql<string>`reverse(${id})`

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

interface Hiding { postsHidden: SQLWrapper, banned: SQLWrapper, deletedAt: SQLWrapper }
/** Users whose posts do not say yet what their author is: hidden while banned or deleted. */
export const isUnsettled = ({ postsHidden, banned, deletedAt }: Hiding) => sql`${postsHidden} is distinct from (${banned} or ${deletedAt} is not null)`

interface Erasure { deletedAt: SQLWrapper, erasedAt: SQLWrapper }
/** Tombstones of which something may still be kept. */
export const isUnerased = ({ deletedAt, erasedAt }: Erasure) => sql`${deletedAt} is not null and (${erasedAt} is null or ${erasedAt} < ${deletedAt})`

/**
 * The mirror of Clerk's users. Only `server/sync` writes it.
 * No unique index on `username` or `email`: two people who swap names may arrive in either order.
 */
export const users = pgTable('users', {
  id: text().primaryKey(),
  username: text(),
  firstName: text(),
  lastName: text(),
  /** Read by instances of 0.1.0 alone, as `users_name_idx` is: to be dropped in the release after the next. It is now `toDisplayName`. */
  name: text().generatedAlwaysAs(sql`coalesce(nullif(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), ''), username)`),
  /**
   * The words that a user is found by, without accents: those of the names and the user name, and those of the e-mail
   * after a `~`, so that only an admin's search finds them. `search_words` and `search_query` are in the migrations.
   * With 300 characters of each, a word that begins in the first 200 is found by all that a search may hold (100).
   */
  search: tsvector().generatedAlwaysAs(sql`array_to_tsvector(search_words(coalesce(left(username, 300), '') || ' ' || coalesce(left(first_name, 300), '') || ' ' || coalesce(left(last_name, 300), ''), '') || search_words(coalesce(left(email, 300), ''), '~'))`),
  imageUrl: text(),
  email: text(),
  banned: boolean().notNull().default(false),
  clerkCreatedAt: instant(),
  clerkUpdatedAt: instant(),
  clerkEventAt: instant(),
  lastSignInAt: instant(),
  deletedAt: instant(),
  syncedAt: instant().notNull(),
  syncedBy: text().$type<SyncSource>().notNull(),
  /** What `author_hidden` says on this author's posts: true on all, false on none, null on some. Set by the job that hides posts. */
  postsHidden: boolean().default(false),
  /** Of a tombstone: a hash of the user name, until the erasure, which finds by it what others wrote as plain text. */
  usernameHash: text(),
  /** When all that is kept of a tombstone for a while was erased. Not after `deleted_at`: it is yet to be erased. */
  erasedAt: instant(),
}, t => [
  index('users_unsettled_idx').on(t.id).where(isUnsettled(t)),
  index('users_unerased_idx').on(t.deletedAt, t.id).where(isUnerased(t)),
  index('users_joined_idx').on(sql`coalesce(${t.clerkCreatedAt}, ${t.syncedAt})`, t.id),
  index('users_display_name_idx').on(toNameKey(sql`coalesce(${toDisplayName(t)}, '')`), t.id),
  index('users_name_idx').on(toNameKey(sql`coalesce(${t.name}, '')`), t.id),
  index('users_synced_idx').on(t.syncedAt, t.id),
  index('users_username_idx').on(toNameKey(t.username)).where(sql`${t.deletedAt} is null`),
  index('users_search_idx').using('gin', t.search),
  index('users_id_start_idx').on(sql`${toBare(t.id)} text_pattern_ops`),
  index('users_id_end_idx').on(sql`${toReversed(t.id)} text_pattern_ops`),
  index('users_deleted_idx').on(t.deletedAt).where(sql`${t.deletedAt} is not null`),
  index('users_pending_idx').on(t.id).where(sql`${t.clerkUpdatedAt} is null and ${t.deletedAt} is null`),
  check('users_synced_by_check', isOneOf(t.syncedBy, syncSources)),
])

/** What people say of themselves here, apart from `users` so that no sync can touch it. */
export const profiles = pgTable('profiles', {
  userId: text().primaryKey().references(() => users.id),
  bio: text(),
  country: text(),
  birthday: date({ mode: 'string' }),
})

export const posts = pgTable('posts', {
  id: uuid().primaryKey(),
  authorId: text().notNull().references(() => users.id),
  parentId: uuid().references((): AnyPgColumn => posts.id),
  /** Null once erased, so that replies keep their place. */
  body: text(),
  createdAt: instant().notNull().default(sql`now()`),
  /** When its author last edited it; the words before are not kept. */
  editedAt: instant(),
  deletedAt: instant(),
  /** Who deleted it, and may undo that for a while: an admin, when both an admin and the author did. */
  deletedBy: text(),
  /** When the author deleted it, also where an admin did too. */
  authorDeletedAt: instant(),
  /** When an admin hid it; only an admin shows it again. */
  hiddenAt: instant(),
  /**
   * Whether the author was banned or deleted when this was last set, a moment after that changed. It keeps such posts out
   * of the indexes of lists; who is visible is said by the join on the author alone.
   */
  authorHidden: boolean().notNull().default(false),
  /** Made by the author's browser, so that sending again after a lost answer does not post twice. */
  key: uuid(),
}, t => [
  uniqueIndex('posts_key_idx').on(t.authorId, t.key).where(sql`${t.key} is not null`),
  index('posts_feed_idx').on(t.createdAt, t.id).where(sql`${t.parentId} is null and ${t.deletedAt} is null and not ${t.authorHidden}`),
  index('posts_newest_idx').on(t.createdAt, t.id).where(sql`${t.deletedAt} is null and not ${t.authorHidden}`),
  index('posts_words_idx').using('gin', sql`post_words(${t.body})`).where(sql`${t.deletedAt} is null and not ${t.authorHidden}`),
  index('posts_author_idx').on(t.authorId, t.createdAt, t.id),
  index('posts_profile_idx').on(t.authorId, t.createdAt, t.id).where(sql`${t.parentId} is null and ${t.deletedAt} is null and not ${t.authorHidden}`),
  index('posts_profile_replies_idx').on(t.authorId, t.createdAt, t.id).where(sql`${t.parentId} is not null and ${t.deletedAt} is null and not ${t.authorHidden}`),
  index('posts_parent_idx').on(t.parentId, t.createdAt, t.id).where(sql`${t.parentId} is not null`),
  index('posts_shown_replies_idx').on(t.parentId, t.authorId).where(sql`${t.parentId} is not null and ${t.deletedAt} is null and ${t.hiddenAt} is null and not ${t.authorHidden}`),
  index('posts_hidden_idx').on(t.authorId, t.authorHidden, t.id),
  index('posts_written_idx').on(t.authorId).where(sql`${t.body} is not null`),
  index('posts_deleted_idx').on(t.deletedAt).where(sql`${t.deletedAt} is not null and ${t.body} is not null`),
  index('posts_names_idx').using('gin', sql`name_hashes(${t.body})`).where(sql`${t.body} like '%@%'`),
  check('posts_body_check', sql`octet_length(${t.body}) between 1 and 8000`),
])

export const likes = pgTable('likes', {
  postId: uuid().notNull().references(() => posts.id, { onDelete: 'cascade' }),
  userId: text().notNull().references(() => users.id),
  createdAt: instant().notNull().default(sql`now()`),
}, t => [
  primaryKey({ name: 'likes_pkey', columns: [t.postId, t.userId] }),
  index('likes_user_idx').on(t.userId),
  index('likes_newest_idx').on(t.postId, t.createdAt, t.userId),
])

export const mentions = pgTable('mentions', {
  postId: uuid().notNull().references(() => posts.id, { onDelete: 'cascade' }),
  userId: text().notNull().references(() => users.id),
}, t => [
  primaryKey({ name: 'mentions_pkey', columns: [t.postId, t.userId] }),
  index('mentions_user_idx').on(t.userId),
])

/** Whom someone muted or blocked. `hidden-from.ts` says what follows from it. */
export const restrictions = pgTable('restrictions', {
  /** Who muted or blocked. */
  userId: text().notNull().references(() => users.id),
  otherId: text().notNull().references(() => users.id),
  kind: text().$type<RestrictionKind>().notNull(),
  createdAt: instant().notNull().default(sql`now()`),
}, t => [
  primaryKey({ name: 'restrictions_pkey', columns: [t.userId, t.otherId] }),
  index('restrictions_list_idx').on(t.userId, t.createdAt, t.otherId),
  index('restrictions_other_idx').on(t.otherId, t.kind, t.createdAt),
  check('restrictions_kind_check', isOneOf(t.kind, restrictionKinds)),
])

/** One row for each post and each person that was ever reported: what the admins' queue lists. */
export const reportCases = pgTable('report_cases', {
  id: uuid().primaryKey(),
  /** Who was reported, or wrote what was reported. */
  userId: text().notNull().references(() => users.id),
  /** Null when the person was reported. */
  postId: uuid().references(() => posts.id, { onDelete: 'cascade' }),
  /** The last time. */
  reportedAt: instant().notNull().default(sql`now()`),
  /** Null while it is open; a later report opens it again. */
  decidedAt: instant(),
}, t => [
  uniqueIndex('report_cases_post_idx').on(t.postId).where(sql`${t.postId} is not null`),
  uniqueIndex('report_cases_person_idx').on(t.userId).where(sql`${t.postId} is null`),
  index('report_cases_user_idx').on(t.userId),
  index('report_cases_open_idx').on(t.reportedAt, t.id).where(sql`${t.decidedAt} is null`),
  index('report_cases_decided_idx').on(t.decidedAt, t.id).where(sql`${t.decidedAt} is not null`),
])

/** What someone said about a post or a person; once for each. */
export const reports = pgTable('reports', {
  caseId: uuid().notNull().references(() => reportCases.id, { onDelete: 'cascade' }),
  reporterId: text().notNull().references(() => users.id),
  reason: text().$type<ReportReason>().notNull(),
  note: text(),
  createdAt: instant().notNull().default(sql`now()`),
}, t => [
  primaryKey({ name: 'reports_pkey', columns: [t.caseId, t.reporterId] }),
  index('reports_case_idx').on(t.caseId, t.createdAt),
  index('reports_noted_idx').on(t.reporterId).where(sql`${t.note} is not null`),
  check('reports_reason_check', isOneOf(t.reason, reportReasons)),
])

/** Who decided what about a case, and when. Rows are only added. */
export const reportDecisions = pgTable('report_decisions', {
  id: uuid().primaryKey(),
  caseId: uuid().notNull().references(() => reportCases.id, { onDelete: 'cascade' }),
  /** No foreign key: an admin's row may not be here yet. */
  decidedBy: text().notNull(),
  action: text().$type<DecisionAction>().notNull(),
  note: text(),
  createdAt: instant().notNull().default(sql`now()`),
}, t => [
  index('report_decisions_case_idx').on(t.caseId, t.createdAt),
  check('report_decisions_action_check', isOneOf(t.action, decisionActions)),
])

/**
 * Where and when someone was mentioned, answered or liked: one row for each post and person, however many like the post.
 * What it says is read from `posts`, `mentions`, `likes` and `users`, so that what is taken away there is not in it.
 */
export const notifications = pgTable('notifications', {
  /** What mentions or answers the person, or their own post that is liked. */
  postId: uuid().notNull().references(() => posts.id, { onDelete: 'cascade' }),
  /** Who is notified. */
  userId: text().notNull().references(() => users.id),
  kind: text().$type<NotificationKind>().notNull(),
  /** What the list is sorted by. A like of a post moves it: `tellOfLike` in db/queries/notify.ts. */
  at: instant().notNull().default(sql`now()`),
  /** Of likes: whose moved it last, so that taking a like back and giving it again moves nothing. */
  likerId: text().references(() => users.id),
  /** As `author_hidden` of the post; false for likes. */
  authorHidden: boolean().notNull().default(false),
}, t => [
  primaryKey({ name: 'notifications_pkey', columns: [t.postId, t.userId] }),
  index('notifications_list_idx').on(t.userId, t.authorHidden, t.at, t.postId),
  index('notifications_at_idx').on(t.at),
  index('notifications_liker_idx').on(t.likerId).where(sql`${t.likerId} is not null`),
  check('notifications_kind_check', isOneOf(t.kind, notificationKinds)),
])

/** Up to when each person has seen their notifications; no row for who never looked. */
export const notificationMarks = pgTable('notification_marks', {
  userId: text().primaryKey().references(() => users.id),
  seenAt: instant().notNull(),
})

/** One row per event, keyed by `svix-id`. No payload: Clerk is the source, and nothing has to be erased twice. */
export const webhookEvents = pgTable('webhook_events', {
  id: text().primaryKey(),
  type: text(),
  /** No foreign key: an event may speak of a user we never see. */
  userId: text(),
  occurredAt: instant(),
  firstReceivedAt: instant().notNull(),
  lastReceivedAt: instant().notNull(),
  /** When it was first applied; what came of it is `outcome`. */
  appliedAt: instant(),
  deliveries: integer().notNull().default(1),
  outcome: text().$type<Outcome>().notNull(),
  reason: text().$type<EventReason>(),
  details: jsonb().$type<ReasonDetails>(),
  durationMs: doublePrecision(),
}, t => [
  index('webhook_events_received_idx').on(t.lastReceivedAt, t.id),
  index('webhook_events_user_idx').on(t.userId, t.lastReceivedAt, t.id),
  index('webhook_events_outcome_idx').on(t.outcome, t.lastReceivedAt, t.id),
  index('webhook_events_type_idx').on(t.type, t.outcome, t.lastReceivedAt, t.id),
  check('webhook_events_outcome_check', isOneOf(t.outcome, outcomes)),
])

/** Deliveries that could not be verified, counted by hour and reason. Nothing of what they said is kept. */
export const refusals = pgTable('refusals', {
  hour: instant().notNull(),
  reason: text().$type<RefusalReason>().notNull(),
  count: integer().notNull(),
  firstAt: instant().notNull(),
  lastAt: instant().notNull(),
  /** Those since the last delivery that was verified. */
  streak: integer().notNull(),
  streakAt: instant().notNull(),
}, t => [
  primaryKey({ name: 'refusals_pkey', columns: [t.hour, t.reason] }),
  check('refusals_reason_check', isOneOf(t.reason, refusalReasons)),
])

/** What the charts show of an hour that is over: deliveries by outcome, and the lag in ms (median and 95th percentile) of what was first applied in it. */
export const eventHours = pgTable('event_hours', {
  hour: instant().primaryKey(),
  applied: integer().notNull(),
  stale: integer().notNull(),
  ignored: integer().notNull(),
  rejected: integer().notNull(),
  failed: integer().notNull(),
  lagMedian: doublePrecision(),
  lagHigh: doublePrecision(),
})

/**
 * How often a person or an address did something in the current minute, in the form of `rate-limiter-flexible`. Unlogged
 * (the migration says so): a crash of Postgres may forget it.
 */
export const rateLimits = pgTable('rate_limits', {
  key: text().primaryKey(),
  points: integer().notNull(),
  /** When the minute is over, ms since 1970. */
  expire: bigint({ mode: 'number' }),
}, t => [
  index('rate_limits_expire_idx').on(t.expire),
])

/** One row per scan, and per check that repaired something. */
export const syncRuns = pgTable('sync_runs', {
  id: uuid().primaryKey(),
  kind: text().$type<ScanKind>().notNull(),
  dryRun: boolean().notNull().default(false),
  startedAt: instant().notNull().default(sql`now()`),
  finishedAt: instant(),
  startedBy: text().notNull(),
  counts: jsonb().$type<ScanCounts | ScanProgress>(),
  report: jsonb().$type<ScanReport>(),
  error: jsonb().$type<RunError>(),
}, t => [
  index('sync_runs_started_idx').on(t.startedAt, t.id),
])

/** One row: the Clerk instance that this database mirrors, the last event it accepted, and what the checks know. */
export const syncState = pgTable('sync_state', {
  id: smallint().primaryKey().default(1),
  instanceId: text(),
  lastEventAt: instant(),
  /** By Clerk's clock: every change until then is here. */
  seenUntil: instant(),
  /** By our clock: when the last check began, when the last one finished, and when the whole copy was last compared. */
  checkBeganAt: instant(),
  checkedAt: instant(),
  comparedAt: instant(),
  /** When a check last asked for a full scan. */
  scanAskedAt: instant(),
  check: jsonb().$type<CheckFacts>(),
  /** When a request last came with X-Forwarded-For to an instance that trusts no proxy. */
  forwardedAt: instant(),
}, t => [
  check('sync_state_one_row_check', sql`${t.id} = 1`),
])
