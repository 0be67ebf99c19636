-- The words of a post, as search_words makes them. Whom it mentions stands in it by id, and an id is no word.
CREATE OR REPLACE FUNCTION "post_words"("body" text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_to_tsvector(search_words(regexp_replace(body, '<@[A-Za-z0-9_-]{1,64}>', ' ', 'g'), ''));--> statement-breakpoint
-- Finds what has each word of a text; of the last one, the beginning. Null for a text without words.
CREATE OR REPLACE FUNCTION "post_query"("text" text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT string_agg(format(CASE WHEN place < count THEN '''%s''' ELSE '''%s'':*' END, word), ' & ')::tsquery
  FROM (SELECT word, place, count(*) OVER () FROM unnest(search_words(left(text, 300), '')) WITH ORDINALITY AS words(word, place)) AS words
);--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN IF NOT EXISTS "edited_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "posts_newest_idx" ON "posts" USING btree ("created_at","id") WHERE "posts"."deleted_at" is null and not "posts"."author_hidden";--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "posts_words_idx" ON "posts" USING gin (post_words("body")) WHERE "posts"."deleted_at" is null and not "posts"."author_hidden";--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "posts_profile_replies_idx" ON "posts" USING btree ("author_id","created_at","id") WHERE "posts"."parent_id" is not null and "posts"."deleted_at" is null and not "posts"."author_hidden";
