import { useIsPast } from '../../../lib/client/live'
import { shownName } from '../../../lib/run/text/display-text'
import type { Container } from '../../../lib/run/model'
import { shortId } from '../../../lib/run/evidence/container-words'
import { containerText, dockerCommand } from '../../evidence'
import { plural } from '../../labels'
import { Command } from '../command'
import { Name } from '../outside'
import { Whole } from '../tip'
import { ContainerError } from '../container-error'
import styles from './container-list.module.css'

/** The containers of a batch, the latest first; the earlier ones are folded. */
export function ContainerList({ containers }: { containers: readonly Container[] }) {
  const latest = containers.at(-1)
  if (!latest) return null
  const earlier = containers.slice(0, -1)
  return (
    <section className={styles.containers} aria-label="Containers">
      <Entry container={latest} />
      {earlier.length > 0 && (
        <details>
          <summary>{plural(earlier.length, 'earlier container')}</summary>
          <ol>
            {earlier.map(container => (
              <li key={container.id}>
                <Entry container={container} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  )
}

function Entry({ container }: { container: Container }) {
  const command = dockerCommand(container)
  const isPast = useIsPast()
  return (
    <>
      <p className={styles.container}>
        <Whole className="id" text={shownName(container.id)}>
          <Name text={shortId(container.id)} />
        </Whole>{' '}
        <span className="dim">
          <Name text={container.name} />
        </span>
        <span className={styles.state}>{containerText(container)}</span>
      </p>
      {container.error ? <ContainerError text={container.error} /> : null}
      {command === null ? (
        <p className="dim">Docker has removed it. What it printed is kept in its log.</p>
      ) : (
        !isPast && <Command text={command} className={styles.command} />
      )}
    </>
  )
}
