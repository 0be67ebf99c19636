import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { createVerifier } from '#server/sync/receive/verify.ts'

const secret = `whsec_${Buffer.from('what signs in this test').toString('base64')}`
const at = new Date()
const seconds = String(Math.floor(at.getTime() / 1000))
const signature = new Webhook(secret).sign('msg_1', at, '{}')
const verify = createVerifier([secret])

it('takes a time in whole seconds', () => {
  expect(verify('{}', { id: 'msg_1', timestamp: seconds, signature })).toBeNull()
})

it.each([`${seconds}.0`, `${seconds}x`, `${seconds}e0`, `0${seconds}`, `+${seconds}`, `${seconds}, ${seconds}`])('refuses %s, which only begins with the time that was signed', (timestamp) => {
  expect(verify('{}', { id: 'msg_1', timestamp, signature })).toBe('headers')
})
