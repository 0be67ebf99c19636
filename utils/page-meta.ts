import type { Post } from '#shared/types/post.ts'
import type { Profile } from '#shared/types/user.ts'
import { plainText } from '#shared/utils/mentions.ts'
import { excerpt } from './excerpt.ts'

const TITLE_MAX = 70
const DESCRIPTION_MAX = 200

/** A link preview gets a picture only if it is served by HTTPS. */
const safePicture = (url: string | null) => url?.startsWith('https://') ? url : null

/** The title, description and picture of a post's page. */
export function postMeta(post: Post) {
  const { name, imageUrl } = post.author
  if (post.body === null) return { title: 'Deleted post', hidden: true } as const
  const text = plainText(post.body, post.mentions)
  return {
    title: excerpt(`${name}: ${text}`, TITLE_MAX),
    description: excerpt(text, DESCRIPTION_MAX),
    image: safePicture(imageUrl),
    type: 'article',
  } as const
}

/** The title, description and picture of a user's page. */
export function profileMeta({ name, username, bio, imageUrl, status, banned }: Profile) {
  if (status === 'gone') return { title: 'Deleted user', hidden: true } as const
  if (status === 'pending' || banned) return { title: name, hidden: true } as const
  return {
    title: username ? `${name} (@${username})` : name,
    description: bio ? excerpt(bio, DESCRIPTION_MAX) : `Posts by ${name} on Rollcall.`,
    image: safePicture(imageUrl),
    type: 'profile',
  } as const
}
