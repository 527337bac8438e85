import type { ReactNode } from 'react'
import { classNames } from '../../class-names'
import { Glyph } from '../icons'
import controls from '../controls.module.css'
import bar from './log-bar.module.css'
import styles from './log.module.css'

interface Props {
  /** The tabs that switch to another log. */
  tabs: ReactNode
  /** How many lines there are, and in which zone their times are. */
  note: string
  /** Controls that come late. */
  controls?: ReactNode
  end?: ReactNode
  wrap?: boolean
  /** More lines may come, so the log can be followed. */
  grows: boolean
  following?: boolean
  onFollow?: () => void
  children: ReactNode
}

/** The frame of a log, as the first HTML has it: its name, how long it is, and whether it is followed. */
export function LogFrame({ tabs, note, controls: more, end, wrap = false, children, ...follow }: Props) {
  return (
    <section className={styles.log} id="log" aria-label="Log" data-wrap={wrap}>
      <header className={bar.bar}>
        <h2>Log</h2>
        {tabs}
        <span className={bar.note}>{note}</span>
        {more}
        <span className={bar.end}>
          {end}
          <Follow {...follow} />
        </span>
      </header>
      {children}
    </section>
  )
}

/** A log that cannot grow only offers a jump to its end. */
function Follow({ grows, following = true, onFollow }: Pick<Props, 'grows' | 'following' | 'onFollow'>) {
  return (
    <button
      className={classNames(controls.smallButton, bar.follow)}
      type="button"
      {...(grows ? { 'aria-pressed': following } : { disabled: following })}
      onClick={onFollow}
    >
      <Glyph id="i-follow" />
      {grows ? (following ? 'Following' : 'Follow') : 'To the end'}
    </button>
  )
}
