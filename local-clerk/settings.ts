export const signUpModes = ['public', 'restricted', 'waitlist'] as const

export type SignUpMode = (typeof signUpModes)[number]

/** What one sets in Clerk's dashboard, as far as the local Clerk plays it. */
export interface Settings {
  /** wrong passwords and codes lock a user: the tenth, for an hour, by Clerk's defaults */
  lockout: boolean
  /** more than one person may be signed in to a browser; else someone signed in gets `session_exists` */
  multiSession: boolean
  /** a sign-up without a first name is not complete */
  firstNameRequired: boolean
  /** who may sign up; those who may not can wait in `waitlist` */
  signUpMode: SignUpMode
}

export const defaultSettings: Settings = { lockout: false, multiSession: false, firstNameRequired: true, signUpMode: 'public' }

/** Characters, by Clerk's defaults, as the environment tells the components and as both APIs check. */
export const passwordLength = { min: 8, max: 72 }
export const usernameLength = { min: 3, max: 64 }
