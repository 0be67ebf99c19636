import { mountSuspended } from '@nuxt/test-utils/runtime'
import { describe, expect, it } from 'vitest'
import FeedPostBody from '~~/components/feed/PostBody.vue'

const noor = { id: 'user_noor', name: 'Noor', username: 'noor', imageUrl: null, status: 'here' } as const
const post = (body: string | null) => draftPost({ body, mentions: [noor] }, noor, null)
const mount = (body: string | null) => mountSuspended(FeedPostBody, { props: { post: post(body) } })

describe('PostBody', () => {
  it('keeps line breaks as they were typed, and adds none', async () => {
    const body = await mount('One\n\n  two')
    expect(body.element.textContent).toBe('One\n\n  two')
    expect(body.classes()).toContain('whitespace-pre-wrap')
  })

  it('shows markup as text', async () => {
    const text = '<script>alert(1)</script><img src=x onerror=alert(1)>'
    const body = await mount(text)
    expect(body.element.textContent).toBe(text)
    expect(body.find('script, img').exists()).toBe(false)
  })

  it('links addresses safely, with the text around them untouched', async () => {
    const body = await mount('See https://example.com/a, then javascript:alert(1)')
    expect(body.element.textContent).toBe('See example.com/a, then javascript:alert(1)')
    expect(body.findAll('a')).toHaveLength(1)
    expect(body.get('a').attributes()).toMatchObject({ href: 'https://example.com/a', target: '_blank', rel: 'nofollow ugc noopener noreferrer' })
  })

  it('links people who were mentioned', async () => {
    const body = await mount('Hi <@user_noor>!')
    expect(body.get('a').attributes('href')).toBe('/users/user_noor')
    expect(body.element.textContent).toBe('Hi @Noor!')
  })

  it('says so where a person who was mentioned is deleted', async () => {
    const body = await mount('Hi <@user_erased>!')
    expect(body.find('a').exists()).toBe(false)
    expect(body.element.textContent).toBe('Hi deleted user!')
  })

  it('says that a post was deleted', async () => {
    expect((await mount(null)).text()).toBe('This post was deleted.')
  })
})
