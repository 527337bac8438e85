import type { ReactNode } from 'react'
import styles from './banner.module.css'
import { Glyph } from './icons'

interface Props {
  testid: string
  glyph: string
  /** Nothing is wrong. */
  note?: boolean
  /** The next step, and its dialog. */
  action?: ReactNode
  children: ReactNode
}

/** A sentence across the whole page: what the reader must know of all that is below. */
export function Banner({ testid, glyph, note = false, action, children }: Props) {
  return (
    <section className={note ? styles.note : styles.banner} role="status" data-testid={testid}>
      <Glyph id={glyph} />
      <p>{children}</p>
      {action}
    </section>
  )
}

/** The cause in other words, on a line of its own in a banner. */
export function BannerCause({ children }: { children: ReactNode }) {
  return <span className={styles.cause}>{children}</span>
}

/** The banner of a page without scripts. */
export function NoScriptBanner() {
  return (
    <noscript>
      <p className={styles.banner}>Scripts are off, so this page does not update. Reload it for newer numbers.</p>
    </noscript>
  )
}
