import type { VirtualRowsProps } from './virtual-rows'
import styles from './batches.module.css'

/** How many rows the first HTML has: more than fit into a view. */
const FIRST = 44

/** The first rows of a long list and the open one: what the first HTML shows until the code of the virtual list is loaded. */
export function FirstRows({ batches, picked, row }: VirtualRowsProps) {
  const places = batches.flatMap(({ id }, place) => (place < FIRST || id === picked ? [place] : []))
  return (
    <>
      <ol className={styles.rows} data-virtual>
        {places.map((place, index) => row(place, { index, setSize: batches.length, gap: 0, measure: unmeasured }))}
      </ol>
      <noscript>
        <p className={styles.note}>
          These are the first {places.length} of {batches.length} batches; the others take JavaScript.
        </p>
      </noscript>
    </>
  )
}

const unmeasured = () => undefined
