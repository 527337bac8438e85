import { useMemo } from 'react'
import { useOfDate } from '../../../lib/client/live'
import type { LogLine } from '../../../lib/run/model'
import { textMatcher } from '../../../lib/run/text/text-matcher'
import { clockText, dayText, sameDay } from '../../format'
import { RunName } from '../outside'
import { Speaker } from '../log/speaker'
import type { BatchNames } from '../log/log'
import { useZone } from '../zone'
import { excerptOf } from './line-excerpt'
import { foundWords } from './found-words'
import type { FoundInLog } from './use-found-lines'
import styles from './palette.module.css'

interface LineOptionProps {
  id: string
  line: LogLine
  /** What is sought. */
  text: string
  names: BatchNames
  isActive: boolean
  onGo: () => void
}

/** A line of the log as an option: who printed it, when, and its text around the match. */
export function LineOption({ id, line, text, names, isActive, onGo }: LineOptionProps) {
  const matcher = useMemo(() => textMatcher(text), [text])
  const { before, match, after } = excerptOf(line, matcher)
  return (
    <div
      id={id}
      className={styles.option}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      data-kind="line"
      data-seq={line.seq}
      onClick={onGo}
    >
      <span className={styles.line}>
        {before}
        <mark>{match}</mark>
        {after}
      </span>
      <span className={styles.detail}>
        <Speaker batch={line.batch ?? null} names={names} />
        {line.at !== null && (
          <>
            {', '}
            <LineTime at={line.at} />
          </>
        )}
      </span>
      <span className={styles.kind}>line</span>
    </div>
  )
}

/** A time of day, with the day where that is not today's. */
function LineTime({ at }: { at: string }) {
  const zone = useZone()
  const ms = Date.parse(at)
  const day = useOfDate(now => (sameDay(ms, now, zone) ? '' : `${dayText(ms, now, zone)}, `))
  return (
    <time dateTime={at}>
      {day}
      {clockText(ms, zone)}
    </time>
  )
}

interface FoundNoteProps {
  inLog: FoundInLog
  run: Parameters<typeof RunName>[0]['run']
}

/** What was searched, and how many lines fit. */
export function FoundNote({ inLog: { found, lines, error }, run }: FoundNoteProps) {
  if (error !== null) return null
  const [before, after] = found === null ? ['Searching the log of', '…'] : foundWords(found, lines?.length ?? 0)
  return (
    <>
      {before} <RunName run={run} />
      {after}
    </>
  )
}
