import { mountSuspended } from '@nuxt/test-utils/runtime'
import { afterEach, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'

const Part = defineComponent({ props: { name: { type: String, default: '' } }, emits: ['press'], setup: (props, { emit, slots }) => () => h('button', { onClick: () => emit('press') }, [props.name, slots.default?.()]) })

const settled = () => new Promise(done => setTimeout(done))

const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
afterEach(() => {
  logged.mockClear()
})

it('shows what it loaded, with its props and slots, and passes each event once', async () => {
  const onPress = vi.fn()
  const Lazy = lazyComponent(async () => Part)
  const page = await mountSuspended(defineComponent(() => () => h('main', h(Lazy, { name: 'A', onPress }, () => 'B'))))
  await settled()
  expect(page.text()).toBe('AB')
  await page.get('button').trigger('click')
  expect(onPress).toHaveBeenCalledTimes(1)
  expect(useMissing().some.value).toBe(false)
})

it('shows nothing when it could not be loaded, and what it is once it was tried again', async () => {
  let works = false
  const load = vi.fn(async () => {
    if (!works) throw new TypeError('Failed to fetch dynamically imported module')
    return Part
  })
  const Lazy = lazyComponent(load)
  const page = await mountSuspended(defineComponent(() => () => h('main', [h(Lazy, { name: 'A' }), h(Lazy, { name: 'B' })])))
  await settled()
  expect(page.text()).toBe('')
  const { some, tryAgain } = useMissing()
  expect(some.value).toBe(true)
  expect(load).toHaveBeenCalledTimes(1)
  expect(logged).toHaveBeenCalledTimes(1)

  await tryAgain()
  expect([page.text(), some.value]).toEqual(['', true])

  works = true
  await tryAgain()
  expect([page.text(), some.value]).toEqual(['AB', false])
})
