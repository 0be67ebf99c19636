import { createHash } from 'node:crypto'
import { Cron } from 'croner'

/** `RECONCILE_CRON` as this word: no reconcile by schedule. */
export const OFF = 'off'

/**
 * When a full comparison runs by itself, as cron writes it, in UTC: `RECONCILE_CRON`, or daily at an hour and minute
 * that follow from the Clerk instance's id, so that not all apps ask Clerk at the same moment.
 * @returns null when it is off, or the instance is not known yet
 */
export function reconcilePattern(setting: string | undefined, instanceId: string | null): string | null {
  if (setting === OFF) return null
  if (setting) return setting
  if (!instanceId) return null
  const hash = createHash('sha256').update(instanceId).digest()
  return `${hash.readUInt8(0) % 60} ${hash.readUInt8(1) % 24} * * *`
}

/** When the next one is due, ISO 8601; null when none is. */
export function nextReconcile(setting: string | undefined, instanceId: string | null): string | null {
  const pattern = reconcilePattern(setting, instanceId)
  return pattern && (new Cron(pattern, { timezone: 'UTC', paused: true }).nextRun()?.toISOString() ?? null)
}
