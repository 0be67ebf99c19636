/** Clerk's two roles of a new instance, with their system permissions (clerk-docs, `organizations/control-access/roles-and-permissions`). */
const roles = {
  'org:admin': {
    name: 'Admin',
    permissions: [
      'org:sys_profile:manage', 'org:sys_profile:delete', 'org:sys_memberships:read', 'org:sys_memberships:manage',
      'org:sys_domains:read', 'org:sys_domains:manage', 'org:sys_billing:read', 'org:sys_billing:manage',
    ],
  },
  'org:member': { name: 'Member', permissions: ['org:sys_memberships:read', 'org:sys_billing:read'] },
} as const

export type Role = keyof typeof roles

/** Who has it may invite, and an organization keeps one member at least who has it. */
export const adminRole = 'org:admin' satisfies Role

const isRole = (role: string): role is Role => Object.hasOwn(roles, role)

/** A role by its key; undefined for one that this instance does not have. */
export const findRole = (role: string): { name: string, permissions: readonly string[] } | undefined => isRole(role) ? roles[role] : undefined
