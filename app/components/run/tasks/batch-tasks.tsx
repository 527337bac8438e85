import { useEffect, useState } from 'react'
import { useIsPast } from '../../../../lib/client/live'
import type { BatchTasks as Tasks } from '../../../../lib/run/batch-tasks'
import type { Batch, Snapshot } from '../../../../lib/run/model'
import type { Answer } from '../../../api'
import { plural } from '../../../labels'
import { batchTasks } from '../../../late-api'
import { StatusMark } from '../../icons'
import { Name, Prose } from '../../outside'
import { ClockTime } from '../../time'
import { noTasksText, noTitlesText } from './tasks-words'
import facts from '../../facts.module.css'
import styles from './batch-tasks.module.css'

export interface BatchTasksProps {
  run: Snapshot
  batch: Batch
}

/**
 * The tasks of a batch, and its model [PAGE-20]. Neither in the past nor for an import: the plan is that of the backend here, now.
 */
export function BatchTasks({ run, batch }: BatchTasksProps) {
  const isPast = useIsPast()
  const { spec, site, imported, model } = run
  const isTold = !isPast && imported === null && spec !== null
  return (
    <>
      {model !== undefined && <StartedWith model={model} />}
      {isTold && <Read spec={spec} site={site} batch={batch} />}
    </>
  )
}

/** The model that the start of the run named, for all of its batches. */
function StartedWith({ model }: { model: string }) {
  return (
    <dl className={facts.facts}>
      <div>
        <dt>Model</dt>
        <dd data-testid="run-model">
          <span className="id">
            <Name text={model} />
          </span>{' '}
          <span className="dim">named at the start of the run</span>
        </dd>
      </div>
    </dl>
  )
}

interface ReadProps {
  spec: string
  site: string | undefined
  batch: Batch
}

/** Reads the tasks when the batch is opened, and again when its status changes: completed tasks change with it. */
function Read({ spec, site, batch: { id, status } }: ReadProps) {
  const [answer, setAnswer] = useState<Answer<Tasks> | null>(null)
  useEffect(() => {
    let gone = false
    void batchTasks(spec, id, site).then(answered => {
      if (!gone) setAnswer(answered)
    })
    return () => {
      gone = true
    }
  }, [spec, site, id, status])
  return answer === null ? <p className="dim">Reading its tasks…</p> : <ToldTasks answer={answer} />
}

/** Shows the answer: the tasks, or one sentence that says why there are none. */
export function ToldTasks({ answer }: { answer: Answer<Tasks> }) {
  const none = noTasksText(answer)
  return (
    <section className={styles.tasks} aria-label="Tasks" data-testid="batch-tasks">
      <h3>
        Tasks
        {answer.ok && answer.value.readAt !== null && (
          <span className={styles.read}>
            {' '}
            by the plan as of <ClockTime at={answer.value.readAt} />
          </span>
        )}
      </h3>
      {none !== null && (
        <p className="dim">
          <Prose text={none} />
        </p>
      )}
      {answer.ok && <List tasks={answer.value} />}
    </section>
  )
}

function List({ tasks: told }: { tasks: Tasks }) {
  const { tasks, more, model } = told
  const untitled = tasks.length > 0 ? noTitlesText(told) : null
  return (
    <>
      {untitled !== null && (
        <p className="dim">
          <Prose text={untitled} />
        </p>
      )}
      {tasks.length > 0 && (
        <ul>
          {tasks.map(({ id, title, completed }, place) => (
            <li key={place} data-testid="batch-task" data-task-id={id} data-completed={completed}>
              <span className="id">
                <Name text={id} />
              </span>
              <span>{title !== null && <Name text={title} />}</span>
              {completed && <StatusMark status="completed" />}
            </li>
          ))}
        </ul>
      )}
      {more > 0 && <p className="dim">and {plural(more, 'more task')}</p>}
      {model !== null && (
        <p className={styles.model} data-testid="plan-model">
          The plan names the model{' '}
          <span className="id">
            <Name text={model} />
          </span>
          .
        </p>
      )}
    </>
  )
}
