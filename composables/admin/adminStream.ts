/**
 * Follows the admins' stream from now until the component goes.
 * @param on.hear each message as JSON
 * @param on.open each time the stream is open, the first included: what came before was missed
 */
export function followAdminStream(on: { hear(json: string): void, open(): void }): void {
  useEventStream('/api/admin/live', { message: on.hear, missed: on.open })
}
