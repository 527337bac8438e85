import { shownProse } from '../../lib/run/display-text'
import type { BatchStatus, LinkState, RunStatus, Verdict } from '../../lib/run/model'
import { weightOf } from '../evidence'
import { statusWord } from '../labels'

/** A symbol of the sprite. It always stands beside a label or in a labelled control. */
export function Glyph({ id }: { id: string }) {
  return (
    <svg className="g" aria-hidden="true">
      <use href={`#${id}`} />
    </svg>
  )
}

/** A status as glyph and label; in dense rows the label is only its accessible name. */
export function StatusMark({
  status,
  chip = false,
  dense = false,
  testid,
  children,
}: {
  status: RunStatus | BatchStatus
  chip?: boolean
  dense?: boolean
  testid?: string
  children?: React.ReactNode
}) {
  return (
    <span className={chip ? 'status chip' : 'status'} data-status={status} data-testid={testid}>
      <Glyph id={`s-${status}`} />
      <span className={dense ? 'sr' : undefined}>{children ?? statusWord(status)}</span>
    </span>
  )
}

/** A verdict as glyph and label; a chip is filled if the verdict needs action. */
export function VerdictMark({ verdict, chip = false }: { verdict: Verdict; chip?: boolean }) {
  const weight = weightOf(verdict)
  return (
    <span className={chip ? `verdict chip ${weight}` : 'verdict'} data-verdict={verdict}>
      <Glyph id={`v-${verdict}`} />
      <span>{verdict}</span>
    </span>
  )
}

/** How fresh a source is [RUN-9]. `was`: this page itself is stale, so the state is only the last known one. */
export function LinkMark({
  source,
  link,
  was = false,
  title,
  named = true,
  children,
}: {
  source: 'backend' | 'docker'
  link: LinkState
  was?: boolean
  title: string
  named?: boolean
  children?: React.ReactNode
}) {
  const name = source === 'backend' ? 'Backend' : 'Docker'
  return (
    <span
      className="link"
      data-testid={`link-${source}`}
      data-link={link}
      data-was={was || undefined}
      title={shownProse(title)}
    >
      <Glyph id={`l-${was && link === 'live' ? 'stale' : link}`} />
      <span className={named ? 'link-name' : 'sr'}>{name}</span>{' '}
      <span className="link-state">{was ? `was ${link}` : link}</span> <span className="link-age">{children}</span>
    </span>
  )
}

/** Marks a number as last known, because its source is silent. */
export function LastKnown() {
  return (
    <span className="old-tag">
      <Glyph id="l-stale" />
      last known
    </span>
  )
}
