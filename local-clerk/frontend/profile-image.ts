import { getHeader, getRouterParam, type H3Event, readMultipartFormData, readRawBody, type Router, setHeader } from 'h3'
import type { ImageJSON } from '@clerk/shared/types'
import { ClerkError, errors } from '../errors.ts'
import { route } from '../http/route.ts'
import { deletedJson } from '../json/answers.ts'
import { newId } from '../state/ids.ts'
import type { User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { answer, requireSession } from './browser.ts'

const largest = 10 * 1024 * 1024
const types = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

export interface Picture {
  type: string
  data: Buffer
}

/** @throws ClerkError 422 for anything but a picture, 413 for one that is too large */
export async function readPicture(event: H3Event): Promise<Picture> {
  const isForm = getHeader(event, 'content-type')?.startsWith('multipart/form-data')
  const picture = isForm ? await fromForm(event) : await fromDataUrl(event)
  if (!picture || !types.includes(picture.type)) throw errors.formatInvalid('file', 'A picture is a PNG, JPEG, GIF or WebP file.')
  if (picture.data.length > largest) throw new ClerkError(413, 'image_too_large', 'A picture has at most 10 MB.', 'file')
  return picture
}

async function fromForm(event: H3Event): Promise<Picture | null> {
  const parts = await readMultipartFormData(event)
  const file = parts?.find(part => part.name === 'file')
  return file ? { type: file.type ?? '', data: file.data } : null
}

// The crop dialog sends its canvas as the text of a data URL.
async function fromDataUrl(event: H3Event): Promise<Picture | null> {
  const match = /^data:([\w/+-]+);base64,([A-Za-z0-9+/=]+)$/.exec(await readRawBody(event) ?? '')
  return match?.[1] && match[2] ? { type: match[1], data: Buffer.from(match[2], 'base64') } : null
}

/** Sets, removes and serves a person's own picture. */
export function addProfileImageRoutes(router: Router, ctx: Context) {
  router.post('/v1/me/profile_image', route(async (event) => {
    const { client, user } = requireSession(ctx, event)
    const { id } = setPicture(ctx, user, await readPicture(event))
    return answer(ctx, event, client, { object: 'image', id, name: id, public_url: `${ctx.url}/uploads/${id}` } satisfies ImageJSON)
  }))

  router.delete('/v1/me/profile_image', route(async (event) => {
    const { client, user } = requireSession(ctx, event)
    forgetPicture(ctx, user)
    return answer(ctx, event, client, deletedJson('image', 'img_none'))
  }))

  router.get('/uploads/:id', route((event) => {
    const upload = ctx.store.uploads.get(getRouterParam(event, 'id') ?? '')
    if (!upload) throw errors.notFound('That picture')
    setHeader(event, 'Content-Type', upload.type)
    setHeader(event, 'Cache-Control', 'public, max-age=31536000, immutable')
    setHeader(event, 'Cross-Origin-Resource-Policy', 'cross-origin')
    return Buffer.from(upload.base64, 'base64')
  }))
}

/** Gives a user this picture in place of the one before. */
export function setPicture(ctx: Context, user: User, picture: Picture): { id: string, user: User } {
  const id = newId('img')
  forgetUpload(ctx, user)
  ctx.store.uploads.set(id, { type: picture.type, base64: picture.data.toString('base64') })
  return { id, user: ctx.accounts.update(user.id, { imagePath: `/uploads/${id}` }) }
}

/** Leaves a user with Clerk's default picture. */
export function forgetPicture(ctx: Context, user: User): User {
  forgetUpload(ctx, user)
  return ctx.accounts.update(user.id, { imagePath: null })
}

function forgetUpload(ctx: Context, { imagePath }: User) {
  if (imagePath?.startsWith('/uploads/')) ctx.store.uploads.delete(imagePath.slice('/uploads/'.length))
}
