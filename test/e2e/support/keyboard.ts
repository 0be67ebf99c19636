import type { Locator, Page } from 'playwright-core'

const MOST = 120

/**
 * Presses Tab until the element has the focus, as someone without a mouse would.
 * @throws when it is not reached, or when something on the way shows no focus
 */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let n = 0; n < MOST; n++) {
    await page.keyboard.press(key)
    if (await target.evaluate(element => element === document.activeElement)) {
      if (!await showsFocus(target)) throw new Error(`${await target.evaluate(element => element.outerHTML.slice(0, 200))} shows no focus.`)
      return
    }
  }
  throw new Error(`${target} is not reached by ${MOST} times ${key}.`)
}

/** An outline or a ring; a text field without a frame has its caret. */
function showsFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element)
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || /\d+px \d+px \d+px [1-9]/.test(boxShadow) || element instanceof HTMLTextAreaElement
  })
}
