import { emailCode } from '../frontend/code.ts'

/** Everyone's password in the demo. */
export const demoPassword = 'rollcall-demo'
/** The code of every e-mail. */
export const demoCode = emailCode
/** Has `public_metadata.role = 'admin'`. */
export const adminEmail = 'ada.lindqvist@example.com'
export const memberEmail = 'noor.haddad@example.com'
