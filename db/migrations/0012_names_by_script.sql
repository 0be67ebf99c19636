-- Whether a part of a name is in Han, Hangul or Kana alone, where the family name stands first and no space follows it:
-- https://www.unicode.org/reports/tr35/tr35-personNames.html. `fullName` in shared/utils is the same for the browser.
CREATE OR REPLACE FUNCTION "is_family_first"("part" text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN part ~ '^[ \t\n\v\f\r\u00a0\u1100-\u11ff\u3000\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u30ff\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7fb\uf900-\ufaff\ufe00-\ufe0f\uff66-\uffdc\U0001aff0-\U0001b16f\U00020000-\U000323af\U000e0100-\U000e01ef]+$';--> statement-breakpoint
-- The name that is shown: the full name, else the user name. An index is made of it: a change of this rule needs a new function and a new index.
CREATE OR REPLACE FUNCTION "display_name"("first_name" text, "last_name" text, "username" text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(nullif(
  CASE WHEN is_family_first(last_name) AND is_family_first(first_name)
    THEN regexp_replace(last_name || first_name, '[ \t\n\v\f\r\u00a0\u3000]+', '', 'g')
    ELSE btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, ''))
  END, ''), username);--> statement-breakpoint
-- Finds who has, for each word of a text, one that begins with it: of the names, or where "private" also of the e-mail. A word
-- that may be a family name and a given name without a space is also looked for as two: the first whole, the second by its
-- beginning. A family name has 10 characters at most. What is stored stays as it is.
CREATE OR REPLACE FUNCTION "search_query"("text" text, "private" boolean) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT string_agg(format('(''%1$s'':*%2$s%3$s)', word, CASE WHEN private THEN format(' | ''~%s'':*', word) END, (
    SELECT string_agg(format(' | (''%s'' & ''%s'':*)', normalize(left(joined, family), NFKD), normalize(substr(joined, family + 1), NFKD)), '')
    FROM normalize(word, NFC) AS joined, generate_series(1, least(length(joined) - 1, 10)) AS family
    WHERE is_family_first(joined)
  )), ' & ')::tsquery
  FROM unnest(search_words(left(text, 300), '')) AS word
);--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "users_display_name_idx" ON "users" USING btree (lower(left(coalesce(display_name("first_name", "last_name", "username"), ''), 200)),"id");
