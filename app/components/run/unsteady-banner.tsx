import { Banner } from '../banner'

/** Says that the link to the backend comes and goes [PAGE-17.2]. */
export function UnsteadyBanner() {
  return (
    <Banner testid="backend-banner" glyph="l-stale">
      <b>Backend unsteady: cut again and again.</b> Its numbers are current now, and last known while it is cut. This
      stays until it has held for 30 s.
    </Banner>
  )
}
