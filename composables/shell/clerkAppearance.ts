/** Clerk's components in our colours: CSS variables, so that they follow the scheme by themselves. */
export const clerkAppearance = {
  variables: {
    colorPrimary: 'var(--ui-primary)',
    colorPrimaryForeground: 'var(--ui-text-inverted)',
    colorDanger: 'var(--ui-error)',
    colorSuccess: 'var(--ui-success)',
    colorWarning: 'var(--ui-warning)',
    colorForeground: 'var(--ui-text)',
    colorMutedForeground: 'var(--ui-text-muted)',
    colorMuted: 'var(--ui-bg-muted)',
    colorBackground: 'var(--ui-bg)',
    colorInput: 'var(--ui-bg)',
    colorInputForeground: 'var(--ui-text)',
    colorBorder: 'var(--ui-text)',
    colorRing: 'var(--ui-primary)',
    colorShadow: 'transparent',
    colorNeutral: 'var(--ui-text)',
    fontFamily: 'var(--font-sans)',
    fontSize: '0.9375rem',
    borderRadius: '0.375rem',
  },
  options: { shimmer: false },
  elements: {
    cardBox: { boxShadow: 'none', border: '1px solid var(--ui-border)' },
    card: { boxShadow: 'none' },
    userButtonPopoverCard: { border: '1px solid var(--ui-border-accented)' },
    userButtonPopoverMain: { boxShadow: 'none' },
    headerTitle: { fontFamily: 'var(--font-heading)', fontSize: '1.25rem' },
    formButtonPrimary: { 'backgroundImage': 'none', 'boxShadow': 'none !important', 'borderRadius': '999px', '&::after': { display: 'none' } },
  },
}

/** The same, with our face in the place of Clerk's silhouette where the viewer has no picture. */
export function useClerkAppearance() {
  const { viewer, author } = useViewer()
  return computed(() => {
    const person = viewer.value.status === 'here' ? viewer.value.user : author.value
    if (!person || person.imageUrl) return clerkAppearance
    const avatarBox = {
      '--face-hue': String(hueOf(person.id)),
      'display': 'flex',
      'alignItems': 'center',
      'justifyContent': 'center',
      'containerType': 'inline-size',
      'background': 'oklch(var(--face-lightness) var(--face-chroma) var(--face-hue))',
      'color': 'oklch(var(--face-ink) 0.08 var(--face-hue))',
      '&::after': { content: JSON.stringify(initialsOf(person.name)), font: '600 38cqw/1 var(--font-heading)', letterSpacing: '-0.025em' },
      '& > *': { display: 'none' },
    }
    return { ...clerkAppearance, elements: { ...clerkAppearance.elements, avatarBox } }
  })
}
