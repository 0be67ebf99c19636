-- A user name as a hash: it says which texts name someone, and keeps no name.
CREATE OR REPLACE FUNCTION "name_hash"("name" text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN encode(sha256(convert_to(lower(name), 'UTF8')), 'hex');--> statement-breakpoint
-- The hashes of what follows an @ in a text. It finds more than shared/utils/mentions.ts does, which has the last word.
CREATE OR REPLACE FUNCTION "name_hashes"("body" text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT coalesce(array_agg(DISTINCT name_hash(found[1])), '{}')
  FROM regexp_matches(body, '@([A-Za-z0-9_.-]*[A-Za-z0-9_])', 'g') AS found
);--> statement-breakpoint
DROP INDEX "posts_feed_idx";--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "author_deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "author_hidden" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "posts_hidden" boolean DEFAULT false;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "username_hash" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "erased_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "posts_profile_idx" ON "posts" USING btree ("author_id","created_at","id") WHERE "posts"."parent_id" is null and "posts"."deleted_at" is null and not "posts"."author_hidden";--> statement-breakpoint
CREATE INDEX "posts_replies_idx" ON "posts" USING btree ("parent_id","author_id") WHERE "posts"."parent_id" is not null and "posts"."deleted_at" is null and not "posts"."author_hidden";--> statement-breakpoint
CREATE INDEX "posts_hidden_idx" ON "posts" USING btree ("author_id","author_hidden","id");--> statement-breakpoint
CREATE INDEX "posts_written_idx" ON "posts" USING btree ("author_id") WHERE "posts"."body" is not null;--> statement-breakpoint
CREATE INDEX "posts_deleted_idx" ON "posts" USING btree ("deleted_at") WHERE "posts"."deleted_at" is not null and "posts"."body" is not null;--> statement-breakpoint
CREATE INDEX "posts_names_idx" ON "posts" USING gin (name_hashes("body")) WHERE "posts"."body" like '%@%';--> statement-breakpoint
CREATE INDEX "users_unsettled_idx" ON "users" USING btree ("id") WHERE "users"."posts_hidden" is distinct from ("users"."banned" or "users"."deleted_at" is not null);--> statement-breakpoint
CREATE INDEX "users_unerased_idx" ON "users" USING btree ("deleted_at","id") WHERE "users"."deleted_at" is not null and ("users"."erased_at" is null or "users"."erased_at" < "users"."deleted_at");--> statement-breakpoint
CREATE INDEX "posts_feed_idx" ON "posts" USING btree ("created_at","id") WHERE "posts"."parent_id" is null and "posts"."deleted_at" is null and not "posts"."author_hidden";