ALTER TABLE "users" DROP CONSTRAINT "users_synced_by_check";--> statement-breakpoint
ALTER TABLE "sync_state" ADD COLUMN "seen_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sync_state" ADD COLUMN "check_began_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sync_state" ADD COLUMN "checked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sync_state" ADD COLUMN "compared_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sync_state" ADD COLUMN "scan_asked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sync_state" ADD COLUMN "check" jsonb;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_synced_by_check" CHECK ("users"."synced_by" in ('webhook', 'check', 'scan', 'request'));