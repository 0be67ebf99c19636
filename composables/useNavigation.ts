export interface NavigationItem {
  label: string
  icon: string
  to: string
}

/** Where the viewer can go; the rail and the phone's bottom bar show the same. */
export function useNavigation() {
  const { userId, isAdmin } = useViewer()

  return computed<NavigationItem[]>(() => [
    { label: 'Feed', icon: 'i-lucide-list-checks', to: '/' },
    ...(userId.value
      ? [
          { label: 'You', icon: 'i-lucide-circle-user-round', to: `/users/${userId.value}` },
          { label: 'Settings', icon: 'i-lucide-settings-2', to: '/settings' },
        ]
      : []),
    ...(isAdmin.value ? [{ label: 'Admin', icon: 'i-lucide-shield-check', to: '/admin/users' }] : []),
  ])
}
