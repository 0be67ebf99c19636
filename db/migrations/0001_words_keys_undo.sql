-- The words of a text, as people are found by them: small letters, no accents; its first 200 characters count.
CREATE FUNCTION "search_words"("text" text, "prefix" text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT coalesce(array_agg(prefix || word), '{}')
  FROM regexp_split_to_table(
    replace(replace(replace(translate(
      regexp_replace(lower(normalize(left(text, 200), NFKD)), '[\u0300-\u036f''’]', '', 'g'),
      'øłđıħ', 'oldih'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
    '[\s\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e\u2000-\u206f\u3000-\u303f]+'
  ) AS word
  WHERE word <> ''
);--> statement-breakpoint
-- Finds who has, for each word of a text, one that begins with it: of the names, or where "private" also of the e-mail.
CREATE FUNCTION "search_query"("text" text, "private" boolean) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT string_agg(CASE WHEN private THEN format('(''%1$s'':* | ''~%1$s'':*)', word) ELSE format('''%s'':*', word) END, ' & ')::tsquery
  FROM unnest(search_words(text, '')) AS word
);--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "deleted_by" text;--> statement-breakpoint
ALTER TABLE "posts" ADD COLUMN "key" uuid;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (array_to_tsvector(search_words(coalesce(username, '') || ' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, ''), '') || search_words(coalesce(email, ''), '~'))) STORED;--> statement-breakpoint
CREATE UNIQUE INDEX "posts_key_idx" ON "posts" USING btree ("author_id","key") WHERE "posts"."key" is not null;--> statement-breakpoint
CREATE INDEX "users_username_idx" ON "users" USING btree (lower("username")) WHERE "users"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "users_search_idx" ON "users" USING gin ("search");