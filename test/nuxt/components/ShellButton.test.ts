import { mountSuspended } from '@nuxt/test-utils/runtime'
import { describe, expect, it, vi } from 'vitest'
import ShellButton from '~~/components/shell/ShellButton.vue'

describe('the button', () => {
  it('is a button that does not submit, or a link', async () => {
    const button = await mountSuspended(ShellButton, { slots: { default: () => 'Go on' } })
    expect(button.element.tagName).toBe('BUTTON')
    expect(button.attributes('type')).toBe('button')
    const link = await mountSuspended(ShellButton, { props: { to: '/people' }, attrs: { 'aria-label': 'People' } })
    expect(link.element.tagName).toBe('A')
    expect(link.attributes()).toMatchObject({ 'href': '/people', 'aria-label': 'People' })
    expect(link.attributes('type')).toBeUndefined()
  })

  it('ignores clicks while it is loading, and keeps the focus', async () => {
    const onClick = vi.fn()
    const button = await mountSuspended(ShellButton, { props: { icon: 'i-lucide-x' }, attrs: { onClick }, attachTo: document.body })
    button.element.focus()
    await button.trigger('click')
    expect(onClick).toHaveBeenCalledTimes(1)

    await button.setProps({ loading: true })
    await button.trigger('click')
    expect(onClick).toHaveBeenCalledTimes(1)
    expect(button.attributes()).toMatchObject({ 'aria-disabled': 'true' })
    expect(button.attributes('disabled')).toBeUndefined()
    expect(document.activeElement).toBe(button.element)
  })

  it('does not submit its form while it is loading', async () => {
    const button = await mountSuspended(ShellButton, { props: { type: 'submit', loading: true } })
    const click = new MouseEvent('click', { bubbles: true, cancelable: true })
    button.element.dispatchEvent(click)
    expect(click.defaultPrevented).toBe(true)
  })
})
