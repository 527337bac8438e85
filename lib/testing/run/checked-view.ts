import { isDeepStrictEqual } from 'node:util'
import type { Links } from '../../run/links'
import type { Run } from '../../run/run'
import type * as View from '../../run/view'

/** The module `lib/run/view`, but each view of a `Derivation` is checked: the run derived from scratch must be the same. */
export const checkedView = (view: typeof View): typeof View => ({
  ...view,
  Derivation: class extends view.Derivation {
    readonly #run: Run

    constructor(run: Run) {
      super(run)
      this.#run = run
    }

    override at(now: number, links?: Links): View.Derived {
      const derived = super.at(now, links)
      const fresh = view.derive(this.#run, now, links)
      if (!isDeepStrictEqual(derived, fresh)) {
        throw new Error(`not as derived from scratch: ${JSON.stringify({ derived, fresh })}`)
      }
      return derived
    }
  },
})
