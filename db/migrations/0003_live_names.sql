DROP INDEX "users_name_idx";--> statement-breakpoint
CREATE INDEX "users_live_name_idx" ON "users" USING btree (lower(coalesce("name", '')),"id") WHERE "users"."deleted_at" is null;