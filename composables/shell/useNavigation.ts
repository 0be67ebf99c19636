export interface NavigationItem {
  label: string
  icon: string
  to: string
  /** Shown as a badge; none when 0. */
  unread?: number
}

/** The links to the viewer's pages, in the rail and in a phone's bottom bar. People are a tab of the search. */
export function useNavigation() {
  const { userId, isAdmin, unread } = useViewer()
  const feed = { label: 'Feed', icon: 'i-lucide-list-checks', to: '/' }
  const settings = { label: 'Settings', icon: 'i-lucide-settings-2', to: '/settings' }
  const admin = { label: 'Admin', icon: 'i-lucide-shield-check', to: '/admin' }
  const inner = computed<NavigationItem[]>(() => userId.value
    ? [
        { label: 'Search', icon: 'i-lucide-search', to: '/search' },
        { label: 'Notifications', icon: 'i-lucide-bell', to: '/notifications', unread: unread.value },
        { label: 'You', icon: 'i-lucide-circle-user-round', to: `/users/${userId.value}` },
      ]
    : [])

  return computed<NavigationItem[]>(() => [feed, ...inner.value, ...userId.value ? [settings] : [], ...isAdmin.value ? [admin] : []])
}
