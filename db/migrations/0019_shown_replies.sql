CREATE INDEX CONCURRENTLY IF NOT EXISTS "posts_shown_replies_idx" ON "posts" USING btree ("parent_id","author_id") WHERE "posts"."parent_id" is not null and "posts"."deleted_at" is null and "posts"."hidden_at" is null and not "posts"."author_hidden";--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS "posts_replies_idx";
