import type { Me } from '#shared/types/user.ts'

/** Reads the local table only: `pending` until the user's row is there. */
export default defineApiHandler((event): Promise<Me> => readMe(event))
