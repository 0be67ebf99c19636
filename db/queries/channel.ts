/** The channel of every change that the public can see. The payload is JSON with ids only, under 8,000 bytes. */
export const CHANGES_CHANNEL = 'rollcall_changes'
