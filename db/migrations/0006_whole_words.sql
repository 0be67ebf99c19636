-- The words of a text, as people are found by them: small letters, no accents. Each is cut at 200 characters after it is
-- decomposed: 800 bytes at most, and a lexeme holds 2,046. Who calls it cuts the text.
CREATE OR REPLACE FUNCTION "search_words"("text" text, "prefix" text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT coalesce(array_agg(prefix || left(word, 200)), '{}')
  FROM regexp_split_to_table(
    replace(replace(replace(translate(
      regexp_replace(lower(normalize(text, NFKD)), '[\u0300-\u036f''’]', '', 'g'),
      'øłđıħς', 'oldihσ'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
    '[\s\u0085\u1680\ufeff\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e\u2000-\u206f\u3000-\u3004\u3008-\u3020\u3030]+'
  ) AS word
  WHERE word <> ''
);--> statement-breakpoint
CREATE OR REPLACE FUNCTION "search_query"("text" text, "private" boolean) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT string_agg(CASE WHEN private THEN format('(''%1$s'':* | ''~%1$s'':*)', word) ELSE format('''%s'':*', word) END, ' & ')::tsquery
  FROM unnest(search_words(left(text, 300), '')) AS word
);--> statement-breakpoint
DROP INDEX "users_name_idx";--> statement-breakpoint
DROP INDEX "users_username_idx";--> statement-breakpoint
-- To drop the column reads nothing of it: what is stored may be cut in the middle of a character.
ALTER TABLE "users" drop column "search";--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (array_to_tsvector(search_words(coalesce(left(username, 300), '') || ' ' || coalesce(left(first_name, 300), '') || ' ' || coalesce(left(last_name, 300), ''), '') || search_words(coalesce(left(email, 300), ''), '~'))) STORED;--> statement-breakpoint
CREATE INDEX "users_search_idx" ON "users" USING gin ("search");--> statement-breakpoint
CREATE INDEX "users_name_idx" ON "users" USING btree (lower(left(coalesce("name", ''), 200)),"id");--> statement-breakpoint
CREATE INDEX "users_username_idx" ON "users" USING btree (lower(left("username", 200))) WHERE "users"."deleted_at" is null;