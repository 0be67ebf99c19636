import { expect, it } from 'vitest'
import { failureMessage, failureStatus } from '#utils/failure.ts'

it('repeats what the API says to people', () => {
  expect(failureMessage({ data: { message: 'Sign in first.' } })).toBe('Sign in first.')
})

it('adds the id of a request that failed by our fault', () => {
  expect(failureMessage({ data: { message: 'Try again.', data: { requestId: 'a-1' } } })).toBe('Try again. (Request a-1)')
})

it.each([null, undefined, 'no', new Error('[POST] "/api/posts": 500'), { data: '<html>' }, { data: { message: '' } }])('has words of its own for %s', (error) => {
  expect(failureMessage(error, 'Try again.')).toBe('Try again.')
})

it('reads the status, 500 when there is none', () => {
  expect(failureStatus({ statusCode: 401 })).toBe(401)
  expect(failureStatus(new TypeError('fetch failed'))).toBe(500)
})
