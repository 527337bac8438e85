import type { ReactNode } from 'react'
import { shownProse } from '../../lib/run/text/display-text'
import type { BatchStatus, LinkState, RunStatus, Verdict } from '../../lib/run/model'
import { classNames } from '../class-names'
import { weightOf } from '../evidence'
import { statusWord } from '../labels'
import styles from './icons.module.css'

/** A symbol of the sprite. It always stands beside a label or in a labelled control. */
export function Glyph({ id }: { id: string }) {
  return (
    <svg className={styles.glyph} aria-hidden="true">
      <use href={`#${id}`} />
    </svg>
  )
}

/** A status as glyph and label; where it is dense, the label is only its accessible name. */
export function StatusMark({
  status,
  chip = false,
  dense = false,
  old = false,
  className,
  testid,
  children,
}: {
  status: RunStatus | BatchStatus
  chip?: boolean
  dense?: boolean | 'on phones'
  /** The status is the last known one. */
  old?: boolean
  className?: string | undefined
  testid?: string
  children?: ReactNode
}) {
  return (
    <span
      className={classNames(styles.status, chip && styles.chip, className)}
      data-status={status}
      data-old={old || undefined}
      data-testid={testid}
    >
      <Glyph id={`s-${status}`} />
      <span className={dense === true ? 'sr' : dense ? styles.denseOnPhones : undefined}>
        {children ?? statusWord(status)}
      </span>
    </span>
  )
}

/** A verdict as glyph and label; a chip is filled if the verdict needs action. */
export function VerdictMark({
  verdict,
  chip = false,
  className,
}: {
  verdict: Verdict
  chip?: boolean
  className?: string | undefined
}) {
  return (
    <span
      className={classNames(styles.verdict, chip && styles.chip, className)}
      data-verdict={verdict}
      data-weight={chip ? weightOf(verdict) : undefined}
    >
      <Glyph id={`v-${verdict}`} />
      <span>{verdict}</span>
    </span>
  )
}

/** The mark of a finding that is not about a verdict. */
export function NoteMark({ title }: { title: string }) {
  return (
    <span className={styles.note} title={title}>
      <Glyph id="l-stale" />
      check
    </span>
  )
}

/** The mark before what Docker shows of a container. */
export function SeenMark({ ended, className }: { ended: boolean; className?: string | undefined }) {
  return <span className={classNames(styles.seen, className)} data-ended={ended || undefined} aria-hidden="true" />
}

/** A word beside the name of a run: where the run comes from, or how it runs. */
export function Tag({ children }: { children: string }) {
  return <span className={styles.tag}>{children}</span>
}

/** How fresh a source is [RUN-9]. `was`: this page itself is stale, so the state is only the last known one; or it is one of the past. */
export function LinkMark({
  source,
  link,
  was = false,
  isUnsteady = false,
  title,
  named = true,
  className,
  children,
}: {
  source: 'backend' | 'docker'
  link: LinkState
  was?: boolean | 'then'
  /** It is live, but was cut again and again. */
  isUnsteady?: boolean
  title: string
  named?: boolean
  className?: string | undefined
  children?: ReactNode
}) {
  const name = source === 'backend' ? 'Backend' : 'Docker'
  return (
    <span
      className={classNames(styles.link, className)}
      data-testid={`link-${source}`}
      data-link={link}
      data-was={was || isUnsteady || undefined}
      title={shownProse(title)}
    >
      <Glyph id={`l-${(was || isUnsteady) && link === 'live' ? 'stale' : link}`} />
      <span className={named ? styles.linkName : 'sr'}>{name}</span>{' '}
      <span className={styles.linkState}>
        {was ? `${was === 'then' ? was : 'was'} ${link}` : isUnsteady ? 'unsteady' : link}
      </span>{' '}
      <span className={styles.linkAge}>{children}</span>
    </span>
  )
}

/** Marks a number as last known, because its source is silent. */
export function LastKnown({
  className,
  testid,
  children = 'last known',
}: {
  className?: string | undefined
  testid?: string
  children?: ReactNode
}) {
  return (
    <span className={classNames(styles.lastKnown, className)} data-testid={testid}>
      <Glyph id="l-stale" />
      {children}
    </span>
  )
}
