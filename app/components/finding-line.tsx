import type { ReactNode } from 'react'
import { shownName } from '../../lib/run/display-text'
import type { Finding } from '../../lib/run/model'
import { verdictOf, weightOf } from '../evidence'
import { findingText } from '../labels'
import { Glyph, VerdictMark } from './icons'
import { Reason } from './reason'
import { DatedAge } from './time'

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
    <li className={acts ? 'finding act' : 'finding'} data-kind={verdict ?? 'note'} data-testid="finding">
      {verdict === null ? (
        <span className="note chip" title={shownName(kind)}>
          <Glyph id="l-stale" />
          check
        </span>
      ) : (
        <VerdictMark verdict={verdict} chip />
      )}
      <div className="finding-text">
        <p>
          {subject}
          <Reason text={says} since={at} />
        </p>
        {detail !== null && (
          <details>
            <summary>The rest of it</summary>
            <pre dir="auto">{detail}</pre>
          </details>
        )}
      </div>
      <span className="finding-age">{at !== null && <DatedAge since={at} />}</span>
      <span className="finding-act">{children}</span>
    </li>
  )
}
