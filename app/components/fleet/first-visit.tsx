import { shownName } from '../../../lib/run/text/display-text'
import { emptyPages, type Known } from '../../nothing'
import { Command } from '../command'
import { Name } from '../outside'
import { useIsOperator } from '../visitor'
import controls from '../controls.module.css'
import nothing from '../nothing.module.css'
import styles from './first-visit.module.css'

/** The page is rendered with the fleet, so `unread` never occurs. */
const texts: Record<Known, readonly [string, string]> = {
  ...emptyPages.runs,
  ...{ reading: emptyPages.runs.old, unread: emptyPages.runs.old },
}

interface Props {
  /** The backend's URL. */
  backend: string
  known: Known
  onStart: () => void
  onFollow: () => void
}

/** The fleet while there is no run at all: how the first one appears, in three steps [FLEET-5.1]. */
export function FirstVisit({ backend, known, onStart, onFollow }: Props) {
  const isOperator = useIsOperator()
  const isHeard = known === 'current'
  return (
    <section className={nothing.empty} data-testid="empty" data-known={known}>
      <h2>{texts[known][0]}</h2>
      <p>{texts[known][1]}</p>
      <ol className={styles.steps}>
        <li>
          <h3>Connect the backend</h3>
          <p>
            {isHeard ? 'This server hears' : 'This server does not hear'} <Name text={backend} />
            {isHeard ? '.' : '. Start the backend there; it is joined by itself.'} For another one, start this server
            with its address:
          </p>
          <Command text={`BACKEND_URL=${shownName(backend)} npm start`} className={styles.command} />
        </li>
        <li>
          <h3>Let it see Docker</h3>
          <p>
            Docker’s evidence needs the rights of the <code>docker</code> client. Where the socket is elsewhere, or
            agents work without containers, say so at the start:
          </p>
          <Command text="DOCKER_HOST=unix:///var/run/docker.sock npm start" className={styles.command} />
          <Command text="DOCKER=off npm start" className={styles.command} />
        </li>
        <li>
          <h3>Start a run</h3>
          <p>
            {isOperator
              ? 'Start one here. One started anywhere on this backend appears within 10 s, or at once when it is added by its id.'
              : 'One started anywhere on this backend appears within 10 s.'}
          </p>
          {isOperator && (
            <p className={styles.actions}>
              <button className={controls.primaryButton} type="button" onClick={onStart}>
                Start a run…
              </button>
              <button className={controls.button} type="button" onClick={onFollow}>
                Add a run by id…
              </button>
            </p>
          )}
        </li>
      </ol>
    </section>
  )
}
