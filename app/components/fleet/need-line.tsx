import { useState } from 'react'
import { shownName } from '../../../lib/run/text/display-text'
import type { Finding } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { classNames } from '../../class-names'
import { verdictOf, weightOf } from '../../evidence'
import { findingText } from '../../labels'
import { FullError } from '../full-error'
import { LastKnown, NoteMark, StatusMark, VerdictMark } from '../icons'
import { KnownThen } from '../known-then'
import { Prose, RunName } from '../outside'
import { Reason } from '../reason'
import { NoteLine } from '../run/notes/run-notes'
import { RunLink } from '../run-link'
import { SiteTag } from '../site-tag'
import { DatedAge } from '../time'
import controls from '../controls.module.css'
import { FailureSteps, FindingSteps } from './need-steps'
import { failureText, groupText } from './need-words'
import type { Need, NeedKind } from './needs'
import styles from '../finding-line.module.css'
import own from './need-line.module.css'

interface Props {
  need: Need
  /** This page has lost its server, so all of it is last known. */
  stale: boolean
  /** The reason is gone, and the line only keeps its place. */
  isGone: boolean
  onStart: (spec: string, site: string | undefined) => void
}

/** One reason why a person should look: one sentence, its age, and the next step [FLEET-1.1]. */
export function NeedLine({ need, stale, isGone, onStart }: Props) {
  const { kind, run, findings, since } = need
  const [first, ...others] = findings
  const isGroup = others.length > 0
  const [isOpen, setOpen] = useState(false)
  const isOld = need.isOld || stale
  return (
    <li
      className={isActed(need) ? styles.act : styles.finding}
      data-kind={kind}
      data-old={isOld || undefined}
      data-gone={isGone || undefined}
      data-testid="need"
    >
      <Mark kind={kind} />
      <div className={styles.text}>
        {isGroup ? <GroupSentence need={need} isOld={isOld} /> : <Sentence need={need} finding={first} isOld={isOld} />}
      </div>
      <span className={styles.age}>
        {isGone ? (
          'no longer so'
        ) : (
          <KnownThen finding={first}>{since !== null && <DatedAge since={since} />}</KnownThen>
        )}
      </span>
      <span className={styles.steps}>
        {run !== null && kind === 'failed' && <FailureSteps run={run} onStart={spec => onStart(spec, run.site)} />}
        {first && !isGroup && <FindingSteps finding={first} run={run} isOld={isOld} />}
        {isGroup && (
          <button
            className={classNames(controls.button, styles.step)}
            type="button"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? 'Hide them' : findings.length === 2 ? 'Show both' : `Show all ${findings.length}`}
          </button>
        )}
      </span>
      {isGroup && isOpen && <GroupList need={need} isOld={isOld} />}
    </li>
  )
}

const isActed = ({ kind }: Need): boolean => {
  if (kind === 'failed') return true
  const verdict = verdictOf({ kind })
  return verdict !== null && weightOf(verdict) === 'act'
}

function Mark({ kind }: { kind: NeedKind }) {
  if (kind === 'failed') return <StatusMark status="failed" chip />
  const verdict = verdictOf({ kind })
  return verdict === null ? <NoteMark title={shownName(kind)} /> : <VerdictMark verdict={verdict} chip />
}

function Subject({ need: { run, site } }: { need: Need }) {
  return (
    <>
      {site !== undefined && <SiteTag site={site} />}
      {run !== null && (
        <>
          <RunLink run={run}>
            <RunName run={run} />
            {isOver(run.status) && run.status !== 'failed' && `, ${run.status}`}.
          </RunLink>{' '}
        </>
      )}
    </>
  )
}

function Sentence({ need, finding, isOld }: { need: Need; finding: Finding | undefined; isOld: boolean }) {
  if (!finding) {
    const note = need.run?.notes?.at(-1)
    return (
      <>
        <p>
          <Subject need={need} /> {need.run !== null && <Prose text={failureText(need.run)} />}
          {isOld && <LastKnown className={own.lastKnown} />}
        </p>
        {note && (
          <p data-testid="run-note">
            <NoteLine note={note} />
          </p>
        )}
      </>
    )
  }
  const { says, detail } = findingText(finding)
  return (
    <>
      <p>
        <Subject need={need} />
        <KnownThen finding={finding}>
          <Reason text={says} since={finding.at} />
        </KnownThen>
        {isOld && <LastKnown className={own.lastKnown} />}
      </p>
      {detail !== null && <FullError text={detail} />}
    </>
  )
}

/** Several findings of one kind in a line [FLEET-1.3]. */
function GroupSentence({ need, isOld }: { need: Need; isOld: boolean }) {
  return (
    <p>
      <Subject need={need} />
      <Prose text={groupText(need)} />
      {isOld && <LastKnown className={own.lastKnown} />}
    </p>
  )
}

/** Each finding of a line of several, with its own next step. */
export function GroupList({ need, isOld }: { need: Need; isOld: boolean }) {
  return (
    <ul className={own.group}>
      {need.findings.map((finding, index) => (
        <li key={index} data-testid="need-part">
          <p>
            <KnownThen finding={finding}>
              <Reason text={findingText(finding).says} since={finding.at} />
            </KnownThen>
          </p>
          <span className={styles.steps}>
            <FindingSteps finding={finding} run={need.run} isOld={isOld} />
          </span>
        </li>
      ))}
    </ul>
  )
}
