import { mountSuspended } from '@nuxt/test-utils/runtime'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import UserFace from '~~/components/user/UserFace.vue'

const ada = { id: 'user_ada', name: 'Ada Lindqvist', imageUrl: null, status: 'here' } as const
const withPicture = { ...ada, imageUrl: 'http://localhost/ada.png' }

/** The stand-in DOM loads no pictures, and says that each is complete. */
const pictures = (complete: boolean) => vi.spyOn(HTMLImageElement.prototype, 'complete', 'get').mockReturnValue(complete)

beforeEach(() => {
  pictures(false)
})

describe('UserFace', () => {
  it('draws initials on the id\'s own hue without a picture', async () => {
    const face = await mountSuspended(UserFace, { props: { user: ada } })
    expect(face.text()).toBe('AL')
    expect(face.attributes('style')).toContain(`--face-hue: ${hueOf('user_ada')}`)
  })

  it('shows the picture, as decoration beside the name', async () => {
    const face = await mountSuspended(UserFace, { props: { user: withPicture } })
    expect(face.get('img').attributes()).toMatchObject({ src: withPicture.imageUrl, alt: '' })
    expect(face.attributes('aria-hidden')).toBe('true')
  })

  it('falls back to initials when the picture fails, and tries a new one', async () => {
    const face = await mountSuspended(UserFace, { props: { user: withPicture } })
    await face.get('img').trigger('error')
    expect(face.find('img').exists()).toBe(false)
    expect(face.text()).toBe('AL')

    await face.setProps({ user: { ...withPicture, imageUrl: 'http://localhost/new.png' } })
    expect(face.get('img').attributes('src')).toBe('http://localhost/new.png')
  })

  it('notices a picture that failed before anyone listened', async () => {
    pictures(true)
    const face = await mountSuspended(UserFace, { props: { user: withPicture } })
    expect(face.text()).toBe('AL')
  })

  it('is a plain disc for someone gone, whatever is left of them', async () => {
    const face = await mountSuspended(UserFace, { props: { user: { ...withPicture, status: 'gone' } } })
    expect(face.text()).toBe('')
    expect(face.find('img').exists()).toBe(false)
    expect(face.classes()).toContain('face-gone')
  })

  it('names the person where no name stands beside it', async () => {
    const face = await mountSuspended(UserFace, { props: { user: ada, label: true } })
    expect(face.attributes()).toMatchObject({ 'role': 'img', 'aria-label': 'Ada Lindqvist' })
    expect(face.attributes('aria-hidden')).toBeUndefined()
  })

  it.each([['sm', 'size-8'], ['md', 'size-11'], ['lg', 'size-24']] as const)('keeps its box at size %s', async (size, box) => {
    const face = await mountSuspended(UserFace, { props: { user: withPicture, size } })
    expect(face.classes()).toEqual(expect.arrayContaining([box, 'shrink-0', 'overflow-hidden']))
  })
})
