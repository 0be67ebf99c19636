import type { Locator, Page } from 'playwright-core'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '#db/client.ts'
import { insertPost } from '#db/queries/post-changes.ts'

/** The posts on the page that hold this text. */
export const postsWith = (page: Page, text: string | RegExp): Locator => page.getByTestId('post').filter({ hasText: text })

/** The names above the posts on the page, top to bottom. */
export const authorNames = (page: Page): Promise<string[]> => page.getByTestId('post').getByTestId('user-name').allTextContents()

export async function writePost(page: Page, text: string): Promise<void> {
  await page.getByTestId('composer').getByRole('textbox').fill(text)
  await page.getByTestId('composer-send').click()
}

/** Posts straight into the database, a second apart, the last one now. */
export async function insertPosts(db: Database, authorId: string, count: number): Promise<void> {
  const now = Date.now()
  for (let n = 0; n < count; n++) {
    const msecs = now - n * 1000
    const id = uuidv7({ msecs })
    const createdAt = new Date(msecs).toISOString()
    if (!await insertPost(db, { id, authorId, parentId: null, body: `Post ${n}`, createdAt })) throw new Error(`${authorId} cannot post.`)
  }
}
