import type { MirrorHealth } from '#shared/types/admin.ts'
import { useHealth } from '#server/parts.ts'

/** Is the copy right? The verdict, and what it was made of. */
export default defineAdminHandler((): Promise<MirrorHealth> => useHealth().read())
