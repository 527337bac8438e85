import type { MouseEvent } from 'react'
import type { Batch } from '../../../../lib/run/model'
import { Name } from '../../outside'
import { viewQuery } from '../views/view-names'
import styles from './run-summary.module.css'

/** The name of a batch that opens it. It is a link, so it also works before the code of the page is loaded. */
export function BatchLink({
  batch,
  at = null,
  onShow,
}: {
  batch: Batch
  /** The moment of the past that the page shows, ISO 8601; null: the present. */
  at?: string | null
  onShow?: ((batchId: string) => void) | undefined
}) {
  const open =
    onShow &&
    ((event: MouseEvent) => {
      // With these keys the browser opens the link elsewhere.
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
      event.preventDefault()
      onShow(batch.id)
    })
  return (
    <a className={styles.batch} href={viewQuery('table', { batch: batch.id, at })} onClick={open}>
      <Name text={batch.name} />
    </a>
  )
}
