import { Banner } from '../banner'
import { Prose } from '../outside'

/** Says that what the page shows could not be read again. It stands at the end of the page, where it moves nothing [PAGE-17.4]. */
export function UnreadBanner({ failure }: { failure: string }) {
  return (
    <Banner testid="spec-old" glyph="l-stale">
      <b>What this page shows is last known.</b> It could not be read again: <Prose text={failure} /> It is tried again
      by itself.
    </Banner>
  )
}
