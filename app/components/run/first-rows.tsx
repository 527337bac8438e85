import type { VirtualRowsProps } from './virtual-rows'
import styles from './batches.module.css'

/** How many rows the first HTML has: more than fit into a view. */
const FIRST = 44

/** The first rows of a long list and the open one: what the first HTML shows until the code of the virtual list is loaded. */
export function FirstRows({ batches, places: all = [...batches.keys()], picked, row }: VirtualRowsProps) {
  const places = all.filter((place, index) => index < FIRST || batches[place]?.id === picked)
  const count = places.filter(place => place >= 0).length
  return (
    <>
      <ol className={styles.rows} data-virtual>
        {places.map((place, index) => row(place, { index, setSize: batches.length, gap: 0, measure: unmeasured }))}
      </ol>
      <noscript>
        <p className={styles.note}>
          These are {count} of {batches.length} batches; the others take JavaScript.
        </p>
      </noscript>
    </>
  )
}

const unmeasured = () => undefined
