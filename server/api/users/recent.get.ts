import { listNewcomers } from '../../../db/queries/people.ts'
import type { Newcomer } from '../../../shared/types/user.ts'

const SHOWN = 8

/** Who joined last, newest first. */
export default defineApiHandler(async (): Promise<{ users: Newcomer[] }> => ({ users: await listNewcomers(await useDb(), SHOWN) }))
