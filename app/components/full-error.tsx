import { shownProse } from '../../lib/run/text/display-text'
import styles from './full-error.module.css'

/** The rest of an error after its first paragraph, folded [RUN-12]. */
export function FullError({ text }: { text: string }) {
  return (
    <details className={styles.full}>
      <summary>Full error</summary>
      <pre dir="auto">{shownProse(text)}</pre>
    </details>
  )
}
