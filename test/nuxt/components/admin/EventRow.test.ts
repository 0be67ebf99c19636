import { mountSuspended } from '@nuxt/test-utils/runtime'
import { afterEach, expect, it, vi } from 'vitest'
import type { AdminEvent } from '#shared/types/admin'
import EventRow from '~~/components/admin/events/EventRow.vue'

const event: AdminEvent = {
  id: 'msg_1',
  type: 'user.updated',
  userId: 'user_ada',
  userName: 'Ada Lindqvist',
  occurredAt: '2026-11-22T03:00:00.000Z',
  firstReceivedAt: '2026-11-22T03:00:00.200Z',
  lastReceivedAt: '2026-11-22T03:00:00.200Z',
  appliedAt: null,
  deliveries: 1,
  outcome: 'stale',
  reason: 'older',
  details: null,
  durationMs: 3,
  lagMs: null,
}

const mounted = async () => {
  const row = await mountSuspended(EventRow, { props: { event } })
  return { row, isOpen: () => row.find('[data-testid=event-facts]').exists() }
}

afterEach(() => {
  vi.restoreAllMocks()
})

it('opens by a click on any of its text, and closes by another', async () => {
  const { row, isOpen } = await mounted()
  await row.get('[data-testid=outcome]').trigger('click')
  expect(isOpen()).toBe(true)
  expect(row.get('[data-testid=event-more]').attributes('aria-expanded')).toBe('true')
  await row.get('[data-testid=event-why]').trigger('click')
  expect(isOpen()).toBe(false)
})

it('opens once by its button', async () => {
  const { row, isOpen } = await mounted()
  await row.get('[data-testid=event-more]').trigger('click')
  expect(isOpen()).toBe(true)
})

it('says where a failed event is replayed, and offers it of no other', async () => {
  const failed = await mountSuspended(EventRow, { props: { event: { ...event, outcome: 'failed', reason: 'internal' } } })
  expect(failed.get('[data-testid=event-why]').text()).toMatch(/re-sync this user, or replay it\.$/)
  await failed.get('[data-testid=event-more]').trigger('click')
  expect(failed.get('[data-testid=replay-steps]').text()).toContain('Under Message Attempts, find this event by its ID.')
  const { row } = await mounted()
  await row.get('[data-testid=event-more]').trigger('click')
  expect(row.find('[data-testid=replay-steps]').exists()).toBe(false)
})

it('stays as it is by a click on the user, on its facts, or when text is selected', async () => {
  const { row, isOpen } = await mounted()
  await row.get('[data-testid=event-user]').trigger('click')
  expect(isOpen()).toBe(false)
  vi.spyOn(globalThis, 'getSelection').mockReturnValue({ toString: () => 'user.updated' } as Selection)
  await row.get('[data-testid=outcome]').trigger('click')
  expect(isOpen()).toBe(false)
  vi.restoreAllMocks()
  await row.get('[data-testid=event-more]').trigger('click')
  await row.get('[data-testid=event-facts]').trigger('click')
  expect(isOpen()).toBe(true)
})
