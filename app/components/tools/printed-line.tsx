import { useServerTime, useSync } from '../../../lib/client/live'
import { usePrinting } from '../printing'
import { printedWords } from '../printed-words'
import { useStale } from '../use-stale'
import { useZone } from '../zone'
import { isOfRun, type Lent } from './page-state'
import styles from '../printed.module.css'

/** Above a printed page: when it was printed, from which address, and of when its numbers are [PRINT-1.2]. */
export function PrintedLine({ of }: { of: Lent | undefined }) {
  return usePrinting() && <Line of={of} />
}

function Line({ of }: { of: Lent | undefined }) {
  const at = useServerTime()
  const zone = useZone()
  const { sync, checkedAt } = useSync()
  const isLost = useStale({ sync, checkedAt })
  const { run, past, frozenAt } = of !== undefined && isOfRun(of) ? of : { run: null, past: null, frozenAt: null }
  const words = printedWords({
    ...{ at, zone, frozenAt },
    past: past && Date.parse(past.now),
    recordedUntil: run?.imported ? Date.parse(run.imported.until) : null,
    lostSince: isLost ? (checkedAt ?? at) : null,
  })
  return (
    <p className={styles.line} data-testid="printed">
      {words} {window.location.href}
    </p>
  )
}
