import { getRouterParam, type Router, setHeader } from 'h3'
import { errors } from '../errors.ts'
import { route } from '../http/route.ts'
import { faces } from './faces.ts'
import { people } from './people.ts'
import { drawPortrait, drawSilhouette } from './portrait.ts'

/** The people's pictures, and the one that Clerk shows for those who have none. */
export function addAvatarRoutes(router: Router) {
  router.get('/avatars/:file', route((event) => {
    const id = (getRouterParam(event, 'file') ?? '').replace(/\.svg$/, '')
    const person = people.find(each => each.id === id)
    const face = person && faces[person.key]
    if (!face) throw errors.notFound('That picture')
    return svg(event, drawPortrait(face))
  }))
  router.get('/avatars/default/:file', route(event => svg(event, drawSilhouette())))
}

function svg(event: Parameters<typeof setHeader>[0], picture: string): string {
  setHeader(event, 'Content-Type', 'image/svg+xml')
  setHeader(event, 'Cache-Control', 'public, max-age=86400')
  setHeader(event, 'Cross-Origin-Resource-Policy', 'cross-origin')
  setHeader(event, 'Content-Security-Policy', 'default-src \'none\'; style-src \'unsafe-inline\'')
  return picture
}
