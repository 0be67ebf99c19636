export interface NavigationItem {
  label: string
  icon: string
  to: string
}

/** Where the viewer can go: all of it in the rail, the first four in a phone's bottom bar, where an admin reaches the settings by "Edit profile". */
export function useNavigation() {
  const { userId, isAdmin } = useViewer()
  const feed = { label: 'Feed', icon: 'i-lucide-list-checks', to: '/' }
  const settings = { label: 'Settings', icon: 'i-lucide-settings-2', to: '/settings' }
  const admin = { label: 'Admin', icon: 'i-lucide-shield-check', to: '/admin' }
  const inner = computed<NavigationItem[]>(() => userId.value
    ? [
        { label: 'People', icon: 'i-lucide-users', to: '/people' },
        { label: 'You', icon: 'i-lucide-circle-user-round', to: `/users/${userId.value}` },
      ]
    : [])

  return {
    rail: computed<NavigationItem[]>(() => [feed, ...inner.value, ...userId.value ? [settings] : [], ...isAdmin.value ? [admin] : []]),
    bar: computed<NavigationItem[]>(() => [feed, ...inner.value, isAdmin.value ? admin : settings]),
  }
}
