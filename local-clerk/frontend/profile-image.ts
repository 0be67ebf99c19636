import { getHeader, getRouterParam, type H3Event, readMultipartFormData, readRawBody, type Router, setHeader } from 'h3'
import type { ImageJSON } from '@clerk/shared/types'
import { ClerkError, errors } from '../errors.ts'
import { route } from '../http/route.ts'
import { newId } from '../state/ids.ts'
import type { Context } from '../types.ts'
import { answer, requireSession } from './browser.ts'

const largest = 10 * 1024 * 1024
const types = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

interface Picture {
  type: string
  data: Buffer
}

async function readPicture(event: H3Event): Promise<Picture> {
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
    const picture = await readPicture(event)
    const id = newId('img')
    forget(user.imagePath)
    ctx.store.uploads.set(id, { type: picture.type, base64: picture.data.toString('base64') })
    ctx.accounts.update(user.id, { imagePath: `/uploads/${id}` })
    return answer(ctx, event, client, { object: 'image', id, name: id, public_url: `${ctx.url}/uploads/${id}` } satisfies ImageJSON)
  }))

  router.delete('/v1/me/profile_image', route(async (event) => {
    const { client, user } = requireSession(ctx, event)
    forget(user.imagePath)
    ctx.accounts.update(user.id, { imagePath: null })
    return answer(ctx, event, client, { object: 'image', id: 'img_none', deleted: true })
  }))

  router.get('/uploads/:id', route((event) => {
    const upload = ctx.store.uploads.get(getRouterParam(event, 'id') ?? '')
    if (!upload) throw errors.notFound('That picture')
    setHeader(event, 'Content-Type', upload.type)
    setHeader(event, 'Cache-Control', 'public, max-age=31536000, immutable')
    setHeader(event, 'Cross-Origin-Resource-Policy', 'cross-origin')
    return Buffer.from(upload.base64, 'base64')
  }))

  function forget(path: string | null) {
    if (path?.startsWith('/uploads/')) ctx.store.uploads.delete(path.slice('/uploads/'.length))
  }
}
