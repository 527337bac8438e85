import { memo } from 'react'
import type { Finding } from '../../../lib/run/model'
import { findingText } from '../../words'
import { Glyph } from '../marks'
import { Age } from '../time'

const MOST = 3

/** What a reader should know that changes no status; the newest stay open, older ones fold. */
export const Findings = memo(function Findings({ findings }: { findings: Finding[] }) {
  if (findings.length === 0) return null
  const newest = findings.slice(-MOST).reverse()
  const older = findings.slice(0, -MOST).reverse()
  return (
    <section className="findings" aria-labelledby="h-findings" data-testid="findings">
      <h2 className="sr" id="h-findings">
        Findings: {findings.length}
      </h2>
      <ul>
        {newest.map((finding, index) => (
          <Line key={findings.length - index} finding={finding} />
        ))}
      </ul>
      {older.length > 0 && (
        <details className="more-findings">
          <summary>
            {older.length} older {older.length === 1 ? 'finding' : 'findings'}
          </summary>
          <ul>
            {older.map((finding, index) => (
              <Line key={older.length - index} finding={finding} />
            ))}
          </ul>
        </details>
      )}
    </section>
  )
})

function Line({ finding }: { finding: Finding }) {
  const { kind, at } = finding
  const { says, detail } = findingText(finding)
  return (
    <li className="finding" data-kind="note">
      <span className="note chip" title={kind}>
        <Glyph id="l-stale" />
        check
      </span>
      <div className="finding-text">
        <p>{says}</p>
        {detail !== null && (
          <details>
            <summary>The rest of it</summary>
            <pre>{detail}</pre>
          </details>
        )}
      </div>
      <span className="finding-age">{at !== null && <Age since={at} />}</span>
    </li>
  )
}
