import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const source = readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

// The one rule that is run and needs something loaded first looks at sound and film; for the others axe would parse every style sheet each time.
const preload = { assets: ['media'] }
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** Those of the rules that look at a colour. */
const colourRules = ['color-contrast', 'link-in-text-block']

/**
 * What axe-core finds on the page, whatever its weight, one line each: the rule and the place.
 * Waits until nothing moves, since a colour on its way is no colour.
 * @param options.colours only the rules that look at colours: enough for a page that was looked at whole in its other theme
 */
export async function violationsOf(page: Page, { colours = false } = {}): Promise<string[]> {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished, effect }) =>
    effect?.getComputedTiming().iterations === Infinity ? undefined : finished)))
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(await source)
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, { resultTypes: ['violations'], preload: ${JSON.stringify(preload)}, runOnly: ${JSON.stringify(colours ? colourRules : tags)} })`)
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`))
}

/** As `violationsOf`, in the dark and in the light. The page is left in the light. */
export async function violationsInBothThemes(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const scheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await page.locator(`html.${scheme}`).waitFor()
    found.push(...(await violationsOf(page, { colours: scheme === 'light' })).map(violation => `${scheme}: ${violation}`))
  }
  return found
}
