import { memo, type CSSProperties } from 'react'
import { shownName } from '../../../../lib/run/text/display-text'
import type { Batch, LinkState } from '../../../../lib/run/model'
import { useOfTime } from '../../../../lib/client/live'
import { hasVerdict, weightOf } from '../../../evidence'
import { statusWord } from '../../../labels'
import { Took } from '../batch-row'
import { Glyph } from '../../icons'
import { Name } from '../../outside'
import { hasEnded, isAtWork } from '../../../../lib/run/evidence/container'
import { nodeLabel } from './node-label'
import type { Level } from './scale'
import styles from './graph-node.module.css'

/** How a batch is connected with the open one. */
export type Relation = 'picked' | 'needed' | 'held-up' | 'other'

interface Props {
  batch: Batch
  /** Its left upper corner, px; in rows `x` is the middle of its glyph. */
  x: number
  y: number
  level: Level
  /** Its number among the nodes, from 1, and how many there are: some have no element. */
  position: number
  setSize: number
  needs: string
  critical: boolean
  /** Null while no batch is open. */
  relation: Relation | null
  /** The node that the tab key reaches. */
  isCurrent: boolean
  over: boolean
  maybeCompleted: boolean
  frozenAt: number | null
  clockOffset: number
  docker: LinkState
  /** What stands in place of its status. */
  word: string | undefined
  /** The batches of another status are looked for. */
  isFaded: boolean
  /** `byKey`: the keyboard pressed it. */
  onPick: (batchId: string, byKey?: boolean) => void
}

/** One batch of the graph. Renders again only if its batch changed; for a running batch only the time ticks [PAGE-6.5]. */
export const GraphNode = memo(function GraphNode(props: Props) {
  const { batch, x, y, level, critical, relation, over, frozenAt, clockOffset, docker, onPick } = props
  const { id, name, status, verdict, startedAt } = batch
  const [watched, old] = [docker !== 'off', frozenAt !== null]
  const isRunning = status === 'running' && !old
  const seen = watched ? seenOf(batch) : undefined
  const told = { ...props, watched, old }
  const label = useOfTime(now => nodeLabel(told, frozenAt ?? now), isRunning)
  const place: CSSProperties & Record<'--x' | '--y', string> = { '--x': `${x}px`, '--y': `${y}px` }
  const isTimed = startedAt !== null && status !== 'pending'
  return (
    <li
      className={styles.card}
      style={place}
      data-testid="batch-card"
      data-batch-id={id}
      data-status={status}
      data-verdict={verdict}
      data-old={old || undefined}
      data-evidence={watched ? (docker === 'live' ? 'current' : 'old') : undefined}
      data-seen={seen}
      aria-posinset={props.position}
      aria-setsize={props.setSize}
    >
      <button
        className={styles.node}
        type="button"
        tabIndex={props.isCurrent ? 0 : -1}
        aria-label={label}
        aria-pressed={relation === 'picked'}
        title={level === 'all' ? undefined : shownName(name)}
        data-testid="graph-node"
        data-batch-id={id}
        data-status={status}
        data-critical={critical}
        data-relation={relation ?? undefined}
        data-faded={props.isFaded || undefined}
        onClick={event => onPick(id, event.detail === 0)}
      >
        <span className={styles.status}>
          <Glyph id={`s-${status}`} />
        </span>
        <span className={styles.name} data-whole="panel">
          <Name text={name} />
        </span>
        {level === 'all' && (
          <span className={styles.facts}>
            <span className={styles.word}>{props.word ?? statusWord(status, over)}</span>
            {isTimed && (
              <span className={styles.took}>
                <Took batch={batch} frozenAt={frozenAt} clockOffset={clockOffset} />
              </span>
            )}
          </span>
        )}
        {watched && hasVerdict(batch) && weightOf(verdict) !== 'quiet' && (
          <span className={styles.verdict}>
            <Glyph id={`v-${verdict}`} />
          </span>
        )}
      </button>
    </li>
  )
})

/** What the line of evidence below the claim is like; undefined: there is none to draw. */
function seenOf({ container, verdict }: Batch): 'running' | 'ended' | 'none' | undefined {
  if (container !== null) return isAtWork(container) ? 'running' : hasEnded(container) ? 'ended' : undefined
  return verdict === 'ghost' ? 'none' : undefined
}
