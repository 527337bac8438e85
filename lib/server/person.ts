/** What somebody may do here [SAFE-3]: a viewer sees; an operator also starts, follows and stops. */
export const roles = ['viewer', 'operator'] as const
export type Role = (typeof roles)[number]

/** Somebody who asks for something. `name` is null where nobody is asked for one: on loopback without authentication. */
export interface Person {
  name: string | null
  role: Role
  /** True of those who signed in on the page, and can sign out there. */
  canSignOut: boolean
}

/** True where the role `has` is enough for what takes the role `needs`. */
export const suffices = (has: Role, needs: Role): boolean => roles.indexOf(has) >= roles.indexOf(needs)
