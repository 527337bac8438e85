/** What a person may do here [SAFE-3]: a viewer sees everything; an operator also sends the requests that change something. */
export const roles = ['viewer', 'operator'] as const
export type Role = (typeof roles)[number]

/** A person who sends a request. `name` is null on loopback without authentication. */
export interface Person {
  name: string | null
  role: Role
  /** The sites that the person may see; absent: all [SITE-6]. */
  sites?: readonly string[]
  /** True of people who signed in on the page, and so can sign out there. */
  canSignOut: boolean
}

/** Whether the person may see a site. */
export const maySee = ({ sites }: Person, site: string): boolean => sites?.includes(site) !== false

/** Whether the role `has` is enough for an action that needs the role `needs`. */
export const suffices = (has: Role, needs: Role): boolean => roles.indexOf(has) >= roles.indexOf(needs)
