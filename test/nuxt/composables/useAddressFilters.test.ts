import { mountSuspended } from '@nuxt/test-utils/runtime'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { useAddressFilters } from '~~/composables/shell/useAddressFilters'

const Filters = v.object({
  q: v.fallback(v.string(), ''),
  sort: v.fallback(v.picklist(['joined', 'name']), 'joined'),
  status: v.fallback(v.optional(v.picklist(['here', 'gone'])), undefined),
})

async function open(route: string) {
  let opened: ReturnType<typeof useAddressFilters<v.InferOutput<typeof Filters>>> | undefined
  await mountSuspended({ setup: () => {
    opened = useAddressFilters(Filters, ['sort'])
    return () => null
  } }, { route })
  if (!opened) throw new Error('The filters were not set up.')
  return opened
}

describe('filters in the address', () => {
  it('leave out what is wrong', async () => {
    const { filters, filtered } = await open('/?status=lost&sort=size')
    expect(filters.value).toEqual({ q: '', sort: 'joined' })
    expect(filtered.value).toBe(false)
  })

  it('are cleared, but the order stays', async () => {
    const { filters, filtered, clear } = await open('/?q=ada&status=gone&sort=name')
    expect(filtered.value).toBe(true)
    clear()
    await expect.poll(() => useRoute().query).toEqual({ sort: 'name' })
    expect(filters.value).toEqual({ q: '', sort: 'name' })
    expect(filtered.value).toBe(false)
  })

  it('are all kept when one is set while another is on its way, and are one step back', async () => {
    const { set } = await open('/?sort=name')
    set({ status: 'gone' })
    set({ q: 'ada' }, { replace: true })
    await expect.poll(() => useRoute().query).toEqual({ sort: 'name', status: 'gone', q: 'ada' })
    useRouter().back()
    await expect.poll(() => useRoute().query).toEqual({ sort: 'name' })
  })

  it('are cleared with the order that is on its way', async () => {
    const { set, clear } = await open('/?q=ada')
    set({ sort: 'name' })
    clear()
    await expect.poll(() => useRoute().query).toEqual({ sort: 'name' })
  })

  it('are set one by one, and an empty one leaves the address', async () => {
    const { set } = await open('/?q=ada&status=gone')
    set({ status: undefined })
    await expect.poll(() => useRoute().query).toEqual({ q: 'ada' })
  })
})
