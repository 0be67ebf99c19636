import type { Me } from '#shared/types/user.ts'

/** Reads the local table alone: `pending` turns when the webhook lands. */
export default defineApiHandler((event): Promise<Me> => readMe(event))
