import type { Database } from '#db/client.ts'
import { updateProfile } from '#db/queries/users.ts'
import { peopleIds } from '#local-clerk/seed/people.ts'

/** What the demo's people say of themselves; invented, as they are. */
const profiles: Record<string, { bio: string, country: string }> = {
  ada: { bio: 'I keep the list. If you are on it, you are here.', country: 'SE' },
  noor: { bio: 'Community garden, compost, tea.\nThe shed is open Wednesday and Saturday.', country: 'JO' },
  haruka: { bio: '手袋を編んでいます。冬が好きです。', country: 'JP' },
  omar: { bio: 'أكتب عن الخبز والمطر.', country: 'EG' },
  zoe: { bio: 'Bicycles, mostly second-hand. My notes: https://example.com/bicycles', country: 'NL' },
  lucia: { bio: 'Maestra. Colecciono palabras que no se traducen.', country: 'ES' },
  fatou: { bio: 'Boulangère. Le pain chante.', country: 'SN' },
  ingrid: { bio: 'Eleven minutes of sun are enough.', country: 'NO' },
}

/** Gives the demo's people what Clerk does not hold of them. */
export async function seedProfiles(db: Database): Promise<void> {
  for (const [key, profile] of Object.entries(profiles)) await updateProfile(db, peopleIds[key] ?? '', profile)
}
