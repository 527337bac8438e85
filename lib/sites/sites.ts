import type { HubApi } from '../hub/api'
import { DEFAULT_SITE } from '../sync/scope'

export const nameOf = ({ site }: HubApi): string => site ?? DEFAULT_SITE

/** The sites of this dashboard, or some of them: those that a person may see, or the one that a call names [SITE-4]. */
export class Sites {
  readonly #byName: ReadonlyMap<string, HubApi>

  /** @param hubs one for each site, in the order in which they are shown */
  constructor(readonly hubs: readonly HubApi[]) {
    this.#byName = new Map(hubs.map(hub => [nameOf(hub), hub]))
  }

  get names(): string[] {
    return [...this.#byName.keys()]
  }

  /** The only site; undefined if there are several, or none. */
  get only(): HubApi | undefined {
    return this.hubs.length === 1 ? this.hubs[0] : undefined
  }

  get(name: string): HubApi | undefined {
    return this.#byName.get(name)
  }

  /** The sites that know a run of this id. */
  knowing(runId: string): HubApi[] {
    return this.hubs.filter(hub => hub.has(runId))
  }

  /** Those of them that are named. Null names all. */
  among(names: readonly string[] | null): Sites {
    return names === null ? this : new Sites(this.hubs.filter(hub => names.includes(nameOf(hub))))
  }
}
