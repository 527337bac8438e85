import type { OperatorNote } from '../../../../lib/run/model'
import { Tag } from '../../icons'
import { Name, Prose } from '../../outside'
import { DatedAge } from '../../time'
import styles from './run-notes.module.css'

/** How many notes stand open; earlier ones are folded. */
const OPEN = 3

/** What operators have left on a run, the newest first [NOTE-1.1]. */
export function RunNotes({ notes }: { notes: readonly OperatorNote[] }) {
  const newestFirst = notes.toReversed()
  const [open, folded] = [newestFirst.slice(0, OPEN), newestFirst.slice(OPEN)]
  return (
    <section className={styles.notes} aria-label="Notes" data-testid="run-notes">
      <NoteList notes={open} />
      {folded.length > 0 && (
        <details>
          <summary>{folded.length} earlier</summary>
          <NoteList notes={folded} />
        </details>
      )}
    </section>
  )
}

function NoteList({ notes }: { notes: readonly OperatorNote[] }) {
  return (
    <ul>
      {notes.map(note => (
        <li key={`${note.at} ${note.text}`} data-testid="run-note">
          <NoteLine note={note} />
        </li>
      ))}
    </ul>
  )
}

/** A note, and who left it when. */
export function NoteLine({ note: { at, by, text, settles } }: { note: OperatorNote }) {
  return (
    <>
      <span className={styles.by}>Note</span>{' '}
      <span className={styles.text}>
        <Prose text={text} />
      </span>{' '}
      <span className={styles.by}>
        {by !== null && (
          <>
            <Name text={by} />,{' '}
          </>
        )}
        <DatedAge since={at} />
        {' ago'}
        {settles && <Tag>settled</Tag>}
      </span>
    </>
  )
}
