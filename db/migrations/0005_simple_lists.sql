DROP INDEX "users_live_name_idx";--> statement-breakpoint
DROP INDEX "users_source_joined_idx";--> statement-breakpoint
DROP INDEX "users_gone_joined_idx";--> statement-breakpoint
DROP INDEX "users_gone_name_idx";--> statement-breakpoint
DROP INDEX "users_gone_synced_idx";--> statement-breakpoint
DROP INDEX "users_banned_joined_idx";--> statement-breakpoint
DROP INDEX "users_banned_name_idx";--> statement-breakpoint
DROP INDEX "users_banned_synced_idx";--> statement-breakpoint
DROP INDEX "users_synced_idx";--> statement-breakpoint
CREATE INDEX "users_name_idx" ON "users" USING btree (lower(coalesce("name", '')),"id");--> statement-breakpoint
CREATE INDEX "users_synced_idx" ON "users" USING btree ("synced_at","id");