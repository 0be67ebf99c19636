import type { MaybeRefOrGetter } from 'vue'

const DESCRIPTION = 'A roll call: people say they are here, and everyone has a name and a face.'
const PICTURE = '/og.png'

export interface PageMeta {
  /** Without the app's name. */
  title: string
  /** One or two sentences; the app's own where a page has none. */
  description?: string
  /** An absolute address; the app's own picture where there is none. */
  image?: string | null
  type?: 'website' | 'article' | 'profile'
  /** Not for search engines: of one's own, gone, or of no use to others. */
  hidden?: boolean
}

/**
 * What a page says of itself to search engines and to whoever shows a link to it. Addresses are absolute, and start with the
 * app's own origin as the server was told it.
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
    ogImageAlt: () => page.value.image ? page.value.title : 'Rollcall: people say they are here.',
    twitterCard: () => page.value.image ? 'summary' : 'summary_large_image',
  })
  useHead({ link: () => page.value.hidden ? [] : [{ rel: 'canonical', href: url }] })
}
