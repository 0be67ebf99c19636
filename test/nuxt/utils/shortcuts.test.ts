import { expect, it } from 'vitest'

/** What a key means where it is pressed on the first element of this markup. */
function pressIn(markup: string, init: KeyboardEventInit) {
  document.body.innerHTML = markup
  let found: ReturnType<typeof shortcutOf> = null
  const listen = (event: KeyboardEvent) => {
    found = shortcutOf(event)
  }
  document.addEventListener('keydown', listen)
  document.body.firstElementChild?.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }))
  document.removeEventListener('keydown', listen)
  return found
}

it.each(['j', 'k', 'n', '/', '?'])('%s is a shortcut on the page, and on a link or a post', (key) => {
  for (const markup of ['<p></p>', '<a href="/"></a>', '<article tabindex="-1"></article>', '<button></button>']) expect(pressIn(markup, { key })).toBe(key)
})

it.each(['Enter', 'J', 'x', 'Tab'])('%s is none', key => expect(pressIn('<p></p>', { key })).toBeNull())

it.each(['<input>', '<textarea></textarea>', '<select></select>', '<div contenteditable></div>', '<ul role="listbox"></ul>', '<dialog></dialog>'])('none is one in %s', (markup) => {
  expect(pressIn(markup, { key: 'j' })).toBeNull()
})

it.each<KeyboardEventInit>([{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }])('none is one with %o', (init) => {
  expect(pressIn('<p></p>', { key: 'j', ...init })).toBeNull()
})

it('only those that move are repeated while a key is held, and ? may need Shift', () => {
  expect(pressIn('<p></p>', { key: 'j', repeat: true })).toBe('j')
  expect(pressIn('<p></p>', { key: 'n', repeat: true })).toBeNull()
  expect(pressIn('<p></p>', { key: '?', shiftKey: true })).toBe('?')
})

it('the next post is the one after the focused, else the first in sight', () => {
  document.body.innerHTML = '<ol><li data-post-id="1" tabindex="-1"></li><li data-post-id="2" tabindex="-1"><a href="/">x</a></li><li data-post-id="3" tabindex="-1"></li></ol>'
  const posts = [...document.querySelectorAll<HTMLElement>('[data-post-id]')]
  expect(nextPost(posts, 'j')).toBe(posts[0])
  posts[1]?.querySelector('a')?.focus()
  expect([nextPost(posts, 'j'), nextPost(posts, 'k')]).toEqual([posts[2], posts[0]])
  posts[2]?.focus()
  expect(nextPost(posts, 'j')).toBeUndefined()
})
