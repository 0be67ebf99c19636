CREATE TABLE "event_hours" (
	"hour" timestamp (3) with time zone PRIMARY KEY NOT NULL,
	"applied" integer NOT NULL,
	"stale" integer NOT NULL,
	"ignored" integer NOT NULL,
	"rejected" integer NOT NULL,
	"failed" integer NOT NULL,
	"lag_median" double precision,
	"lag_high" double precision
);
--> statement-breakpoint
CREATE TABLE "refusals" (
	"hour" timestamp (3) with time zone NOT NULL,
	"reason" text NOT NULL,
	"count" integer NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"streak" integer NOT NULL,
	"streak_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "refusals_pkey" PRIMARY KEY("hour","reason"),
	CONSTRAINT "refusals_reason_check" CHECK ("refusals"."reason" in ('headers', 'signature', 'time'))
);
--> statement-breakpoint
DROP INDEX "sync_runs_started_idx";--> statement-breakpoint
DROP INDEX "users_synced_idx";--> statement-breakpoint
DROP INDEX "webhook_events_user_idx";--> statement-breakpoint
ALTER TABLE "webhook_events" ADD COLUMN "applied_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "users_source_joined_idx" ON "users" USING btree ("synced_by",coalesce("clerk_created_at", "synced_at"),"id");--> statement-breakpoint
CREATE INDEX "users_gone_joined_idx" ON "users" USING btree (coalesce("clerk_created_at", "synced_at"),"id") WHERE "users"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "users_gone_name_idx" ON "users" USING btree (lower(coalesce("name", '')),"id") WHERE "users"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "users_gone_synced_idx" ON "users" USING btree ("synced_by","synced_at","id") WHERE "users"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "users_banned_joined_idx" ON "users" USING btree (coalesce("clerk_created_at", "synced_at"),"id") WHERE "users"."banned";--> statement-breakpoint
CREATE INDEX "users_banned_name_idx" ON "users" USING btree (lower(coalesce("name", '')),"id") WHERE "users"."banned";--> statement-breakpoint
CREATE INDEX "users_banned_synced_idx" ON "users" USING btree ("synced_by","synced_at","id") WHERE "users"."banned";--> statement-breakpoint
CREATE INDEX "webhook_events_outcome_idx" ON "webhook_events" USING btree ("outcome","last_received_at","id");--> statement-breakpoint
CREATE INDEX "webhook_events_type_idx" ON "webhook_events" USING btree ("type","outcome","last_received_at","id");--> statement-breakpoint
CREATE INDEX "sync_runs_started_idx" ON "sync_runs" USING btree ("started_at","id");--> statement-breakpoint
CREATE INDEX "users_synced_idx" ON "users" USING btree ("synced_by","synced_at","id");--> statement-breakpoint
CREATE INDEX "webhook_events_user_idx" ON "webhook_events" USING btree ("user_id","last_received_at","id");