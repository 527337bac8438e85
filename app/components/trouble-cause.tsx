import type { Trouble } from '../../lib/client/live'
import { troubleText } from '../trouble'
import { BannerCause } from './banner'

/** Why the page has no connection, as the cause in its banner. It is loaded beside the first paint, while there is one. */
export function TroubleCause({ trouble, wasConnected }: { trouble: Trouble; wasConnected: boolean }) {
  return <BannerCause>{troubleText(trouble, wasConnected)}</BannerCause>
}
