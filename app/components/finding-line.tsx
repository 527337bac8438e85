import type { ReactNode } from 'react'
import { shownName } from '../../lib/run/text/display-text'
import type { Finding } from '../../lib/run/model'
import { verdictOf, weightOf } from '../evidence'
import { findingText } from '../labels'
import { FullError } from './full-error'
import { LastKnown, NoteMark, VerdictMark } from './icons'
import { KnownThen } from './known-then'
import { Reason } from './reason'
import { DatedAge } from './time'
import styles from './finding-line.module.css'

/** One finding in a line: its kind, one sentence, since when, and the next step. */
export function FindingLine({
  finding,
  subject,
  children,
}: {
  finding: Finding
  /** The subject of the finding, before the sentence. */
  subject?: ReactNode
  /** Buttons for the next step. */
  children?: ReactNode
}) {
  const { kind, at } = finding
  const { says, detail } = findingText(finding)
  const verdict = verdictOf(finding)
  const acts = verdict !== null && weightOf(verdict) === 'act'
  return (
    <li
      className={acts ? styles.act : styles.finding}
      data-kind={verdict ?? 'note'}
      data-old={finding.knownAt !== undefined || undefined}
      data-testid="finding"
    >
      {verdict === null ? <NoteMark title={shownName(kind)} /> : <VerdictMark verdict={verdict} chip />}
      <div className={styles.text}>
        <p>
          {subject}
          <KnownThen finding={finding}>
            <Reason text={says} since={at} />
          </KnownThen>
          {finding.knownAt !== undefined && <LastKnown />}
        </p>
        {detail !== null && <FullError text={detail} />}
      </div>
      <span className={styles.age}>
        <KnownThen finding={finding}>{at !== null && <DatedAge since={at} />}</KnownThen>
      </span>
      <span className={styles.steps}>{children}</span>
    </li>
  )
}
