import type { MaybeRefOrGetter } from 'vue'

const DESCRIPTION = 'Short posts by people with a name and a face. Anyone can read; sign in to join.'
const PICTURE = '/og.png'

export interface PageMeta {
  /** Without the app's name. */
  title: string
  /** One or two sentences; the app's own where a page has none. */
  description?: string
  /** An absolute address; the app's own picture where there is none. */
  image?: string | null
  type?: 'website' | 'article' | 'profile'
  /** Keeps the page out of search engines: it is private, or shows something deleted. */
  hidden?: boolean
}

/**
 * A page's title and meta tags, for search engines and link previews. Addresses are absolute: the server sends the app's own
 * origin with its markup.
 */
export function usePageMeta(meta: MaybeRefOrGetter<PageMeta>): void {
  const origin = useState('site:origin', () => useRequestEvent()?.context.page?.origin ?? '')
  const { path } = useRoute()
  const page = computed(() => toValue(meta))
  const title = () => page.value.title
  const description = () => page.value.description ?? DESCRIPTION
  const url = `${origin.value}${path}`

  useSeoMeta({
    title,
    description,
    robots: () => page.value.hidden ? 'noindex' : undefined,
    ogSiteName: 'Rollcall',
    ogTitle: title,
    ogDescription: description,
    ogType: () => page.value.type ?? 'website',
    ogUrl: url,
    ogImage: () => page.value.image ?? `${origin.value}${PICTURE}`,
    ogImageAlt: () => page.value.image ? page.value.title : 'Rollcall: short posts by people with a name and a face.',
    twitterCard: () => page.value.image ? 'summary' : 'summary_large_image',
  })
  useHead({ link: () => page.value.hidden ? [] : [{ rel: 'canonical', href: url }] })
}
