export interface Difference {
  /** matches an operation or an event, a space, and what the judge prints of it */
  differs: RegExp
  reason: string
}

/** What the local Clerk answers otherwise than Clerk's OpenAPI files say, on purpose. The list may only become shorter. */
export const deliberate: readonly Difference[] = [
  {
    differs: /must NOT have additional properties 'timezone'$/,
    reason: 'A user of @clerk/backend has it (`UserJSON`); the file of that API version is older.',
  },
  {
    differs: /^session\.\w+ \/data must NOT have additional properties 'user'$/,
    reason: 'A session event of @clerk/backend has its user inside (`SessionWebhookEventJSON`); the file for webhooks is older.',
  },
  {
    differs: /^backend (?:GetSessionList|ListJWTTemplates) 200 \/ must be array$/,
    reason: 'With `paginated=true`, which the SDK always sends, a list comes with its total. The file has the plain list alone.',
  },
  {
    differs: /^organizationInvitation\.accepted \/data must (?:NOT have additional properties 'user_id'|have required property 'data')$/,
    reason: 'The file asks for `user_id` and forbids it, and its own example has no `data` within the data.',
  },
]
