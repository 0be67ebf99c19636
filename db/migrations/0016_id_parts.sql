CREATE INDEX CONCURRENTLY IF NOT EXISTS "users_id_start_idx" ON "users" USING btree (substr("id", 6) text_pattern_ops);--> statement-breakpoint
CREATE INDEX CONCURRENTLY IF NOT EXISTS "users_id_end_idx" ON "users" USING btree (reverse("id") text_pattern_ops);
