CREATE TABLE "restrictions" (
	"user_id" text NOT NULL,
	"other_id" text NOT NULL,
	"kind" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "restrictions_pkey" PRIMARY KEY("user_id","other_id"),
	CONSTRAINT "restrictions_kind_check" CHECK ("restrictions"."kind" in ('mute', 'block'))
);
--> statement-breakpoint
ALTER TABLE "restrictions" ADD CONSTRAINT "restrictions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "restrictions" ADD CONSTRAINT "restrictions_other_id_users_id_fk" FOREIGN KEY ("other_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "restrictions_list_idx" ON "restrictions" USING btree ("user_id","created_at","other_id");--> statement-breakpoint
CREATE INDEX "restrictions_other_idx" ON "restrictions" USING btree ("other_id","kind","created_at");