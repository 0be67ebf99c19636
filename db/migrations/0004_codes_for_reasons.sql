-- What was stored in English becomes a code with details.
ALTER TABLE "sync_runs" ALTER COLUMN "error" SET DATA TYPE jsonb USING (
  CASE
    WHEN "error" IS NULL THEN NULL
    WHEN "error" LIKE 'The process ended%' THEN jsonb_build_object('code', 'cut-off')
    WHEN "error" LIKE 'Clerk refused the secret key%' THEN '{"code": "clerk", "failure": {"code": "unauthorized", "status": 401}}'::jsonb
    WHEN "error" ~ '^Clerk answered \d+' THEN jsonb_build_object('code', 'clerk', 'failure', jsonb_build_object('code', 'status', 'status', substring("error" FROM '^Clerk answered (\d+)')::int))
    WHEN "error" LIKE 'Clerk did not answer%' THEN '{"code": "clerk", "failure": {"code": "silent", "status": null}}'::jsonb
    WHEN "error" ~ '^The database failed \(' THEN jsonb_build_object('code', 'database', 'sqlState', substring("error" FROM '\((.*?)\)'))
    ELSE jsonb_build_object('code', 'internal')
  END
);--> statement-breakpoint
UPDATE "sync_runs" SET "report" = jsonb_set("report", '{refused}', jsonb_build_object(
  'found', coalesce(substring("report" ->> 'refused' FROM '^(\d+)')::int, 0),
  'limit', coalesce(substring("report" ->> 'refused' FROM 'more than the (\d+)')::int, 0)
)) WHERE jsonb_typeof("report" -> 'refused') = 'string';--> statement-breakpoint
ALTER TABLE "webhook_events" ADD COLUMN "details" jsonb;--> statement-breakpoint
UPDATE "webhook_events" SET
  "details" = CASE
    WHEN "outcome" = 'failed' THEN nullif(jsonb_strip_nulls(jsonb_build_object('code', substring("reason" FROM '^failed: \w+ ([0-9A-Z_]+) at '))), '{}')
    WHEN "reason" LIKE 'from the instance%' THEN jsonb_build_object('instance', substring("reason" FROM 'from the instance (\w+)'), 'mirrored', substring("reason" FROM 'mirrors (\w+)'))
    WHEN "reason" LIKE 'NUXT_CLERK_SECRET_KEY%' THEN jsonb_build_object('instance', substring("reason" FROM 'instance (\w+)'), 'mirrored', substring("reason" FROM 'mirrors (\w+)'))
    WHEN "outcome" = 'rejected' AND "reason" ~ '^[\w.]+: ' THEN jsonb_build_object('path', substring("reason" FROM '^([\w.]+): '), 'expected', regexp_replace("reason", '^[\w.]+: (?:expected )?', ''))
  END,
  "reason" = CASE
    WHEN "outcome" = 'stale' THEN CASE WHEN "reason" = 'the user was deleted' THEN 'deleted' ELSE 'older' END
    WHEN "reason" = 'a sample, not written' THEN 'sample'
    WHEN "reason" = 'no usable user inside' THEN 'no-user'
    WHEN "reason" = 'a type that is not used here' THEN 'unused-type'
    WHEN "reason" = 'the body is not JSON' THEN 'not-json'
    WHEN "reason" LIKE 'from the instance%' THEN 'other-instance'
    WHEN "reason" LIKE 'NUXT_CLERK_SECRET_KEY%' THEN 'wrong-key'
    WHEN "outcome" = 'rejected' AND "reason" LIKE 'data.%' THEN 'unusable-user'
    WHEN "outcome" = 'rejected' THEN 'not-an-event'
    WHEN "outcome" = 'failed' AND "reason" ~ ' 53[0-9A-Z]{3} at ' THEN 'database-full'
    WHEN "outcome" = 'failed' AND "reason" ~ ' (?:(?:57|08)[0-9A-Z]{3}|CONNECT\w+|E[A-Z]+) at |The database is not ready' THEN 'database-unreachable'
    WHEN "outcome" = 'failed' AND "reason" ~ ' [0-9A-Z]{5} at ' THEN 'database-refused'
    WHEN "outcome" = 'failed' THEN 'internal'
  END
WHERE "reason" IS NOT NULL;
