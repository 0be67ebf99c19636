import { createClerkClient } from '@clerk/backend'
import type { LocalClerk } from '#local-clerk/index.ts'

/** Calls what the local Clerk serves of the Backend API: by Clerk's own client, and by hand what that has no word for. */
export async function driveBackend(clerk: LocalClerk): Promise<void> {
  const api = createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url, telemetry: { disabled: true } })
  const call = (method: string, path: string, body?: unknown) => fetch(`${clerk.url}/v1${path}`, {
    method,
    headers: { 'authorization': `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const refused = (run: Promise<unknown>) => run.then(() => {
    throw new Error('This call was to be refused.')
  }, () => {})

  await api.instance.get()
  await api.domains.list()
  await call('GET', '/jwks')

  const ann = await api.users.createUser({ firstName: 'Ann', lastName: 'Lee', username: 'ann_lee', emailAddress: ['ann@example.com', 'ann@example.org'], password: 'long-enough-1', externalId: 'a1', publicMetadata: { role: 'admin' } })
  const bea = await api.users.createUser({ emailAddress: ['bea@example.com'], skipPasswordRequirement: true })
  await refused(api.users.createUser({ emailAddress: ['ann@example.com'], password: 'long-enough-1' }))
  await refused(api.users.createUser({ emailAddress: ['nobody'], password: 'short' }))
  await api.users.getUserList({ limit: 500, orderBy: '-updated_at' })
  await api.users.getUserList({ userId: [ann.id], query: 'ann' })
  await refused(api.users.getUserList({ limit: 501 }))
  await api.users.getCount()
  await api.users.getUser(ann.id)
  await refused(api.users.getUser('user_nobody'))
  await api.users.updateUser(ann.id, { firstName: 'Anne' })
  await api.users.updateUserMetadata(ann.id, { publicMetadata: { role: null }, privateMetadata: { note: 'x' } })
  await api.users.replaceUserMetadata(ann.id, { unsafeMetadata: { colour: 'green' } })
  await api.users.banUser(bea.id)
  await api.users.unbanUser(bea.id)
  await api.users.lockUser(bea.id)
  await api.users.unlockUser(bea.id)
  await api.users.verifyPassword({ userId: ann.id, password: 'long-enough-1' })
  await refused(api.users.verifyPassword({ userId: ann.id, password: 'wrong' }))
  const picture = new Blob([Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')], { type: 'image/png' })
  await api.users.updateUserProfileImage(ann.id, { file: picture })
  await api.users.deleteUserProfileImage(ann.id)

  const address = await api.emailAddresses.createEmailAddress({ userId: ann.id, emailAddress: 'ann@example.net', verified: false })
  await api.emailAddresses.getEmailAddress(address.id)
  await refused(api.emailAddresses.getEmailAddress('idn_nobody'))
  await api.emailAddresses.updateEmailAddress(address.id, { verified: true, primary: true })
  await api.emailAddresses.deleteEmailAddress(address.id)

  const token = await api.signInTokens.createSignInToken({ userId: ann.id, expiresInSeconds: 60 })
  await api.signInTokens.revokeSignInToken(token.id)
  await refused(api.signInTokens.revokeSignInToken(token.id))
  await api.testingTokens.createTestingToken()

  const session = await api.sessions.createSession({ userId: ann.id })
  await api.sessions.getSessionList({ userId: ann.id })
  await api.sessions.getSession(session.id)
  await refused(api.sessions.getSession('sess_nobody'))
  const template = await api.jwtTemplates.create({ name: 'hasura', claims: { role: '{{user.public_metadata.role}}' } })
  await api.jwtTemplates.list()
  await api.jwtTemplates.get(template.id)
  await api.jwtTemplates.update({ templateId: template.id, name: 'hasura', claims: { id: '{{user.id}}' }, lifetime: 120 })
  await api.sessions.getToken(session.id)
  await api.sessions.getToken(session.id, 'hasura')
  await refused(api.sessions.getToken(session.id, 'none'))
  await api.jwtTemplates.delete(template.id)
  await api.sessions.revokeSession(session.id)
  await refused(api.sessions.revokeSession('sess_nobody'))

  await api.users.deleteUser(bea.id)
  await refused(api.users.deleteUser(bea.id))
  await fetch(`${clerk.url}/v1/users`)
}
