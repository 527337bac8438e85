import type { Known } from '../../nothing'
import { LastKnown } from '../icons'
import { Nothing } from '../nothing'
import { ClockTime } from '../time'
import type { Quiet } from './quiet'
import nothing from '../nothing.module.css'
import styles from './needs-you.module.css'

/** In place of the needs: that there are none, or as of when there were none while a source is not live [FLEET-1.11]. */
export function NothingNeeded({ quiet, known }: { quiet: Quiet | null; known: Known }) {
  if (quiet === null || known === 'reading' || known === 'unread') return <Nothing in="needs" known={known} />
  return (
    <p className={nothing.none} data-known={known} data-testid="nothing-needed">
      <span className={styles.was}>
        Nothing needed you as of <ClockTime at={new Date(quiet.asOf).toISOString()} />; since then {quiet.because}.
      </span>{' '}
      <LastKnown />
    </p>
  )
}
