import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { isOver } from '../../../lib/run/is-over'
import type { Snapshot } from '../../../lib/run/model'
import type { Answer, SpecChoice } from '../../api'
import { listRuns, listSpecs, type ListedRun } from '../../late-api'
import { Dialog } from '../dialog'
import { StatusMark } from '../icons'
import { useBatchNames } from '../log/run-log'
import { Name, Prose } from '../outside'
import { bestOf } from './fuzzy'
import { movedBy, targetsOf, type LineTarget, type Target } from './go-to'
import { FoundNote, LineOption } from './line-option'
import { useFoundLines } from './use-found-lines'
import controls from '../controls.module.css'
import styles from './palette.module.css'

/** More than these are not listed: a reader types one more letter. */
const MOST = 50

interface Props {
  /** The run whose page is open. */
  run: Snapshot | null
  /** It is shown as it was at an earlier moment: its log, which goes on, is not searched. */
  isPast?: boolean
  actions: readonly Target[]
  onGo: (target: Target | LineTarget) => void
  onClose: () => void
}

/** Goes to a run, a batch, a spec or an action by a few letters of its name. */
export function Palette({ run, isPast = false, actions, onGo, onClose }: Props) {
  const id = useId()
  const [typed, setTyped] = useState('')
  const [active, setActive] = useState(0)
  const runs = useAnswer(listRuns)
  const specs = useAnswer(listSpecs)
  const targets = useMemo(
    () =>
      targetsOf({
        runs: valueOf<ListedRun>(runs),
        batches: run?.batches ?? [],
        over: run !== null && isOver(run.status),
        specs: valueOf<SpecChoice>(specs),
        actions,
      }),
    [runs, run, specs, actions],
  )
  const found = useMemo(() => bestOf(typed, targets, MOST), [typed, targets])
  const inLog = useFoundLines(isPast ? null : run, typed)
  const names = useBatchNames(run?.batches ?? [])
  const lines = inLog?.lines ?? []
  const logId = inLog?.logId ?? null
  const items = [...found, ...lines.map((line): LineTarget => ({ kind: 'line', key: `line ${line.seq}`, logId, line }))]
  const place = Math.min(active, items.length - 1)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children.item(place)?.scrollIntoView({ block: 'nearest' })
  }, [place])
  const optionId = (index: number) => `${id}-${index}`
  return (
    <Dialog title="Go to" onClose={onClose}>
      <div className={styles.palette}>
        <input
          data-first
          className={controls.input}
          role="combobox"
          aria-label="Run, batch, spec or action"
          aria-expanded={items.length > 0}
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={items.length > 0 ? optionId(place) : undefined}
          placeholder="Run, batch, spec or action"
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={event => {
            setTyped(event.target.value)
            setActive(0)
          }}
          onKeyDown={event => {
            const chosen = items[place]
            const next = movedBy(event.key, place, items.length)
            if (next !== null) setActive(next)
            else if (event.key === 'Enter' && chosen && !event.nativeEvent.isComposing) onGo(chosen)
            else return
            event.preventDefault()
          }}
        />
        <div ref={list} className={styles.options} id={id} role="listbox" aria-label="Results">
          {items.map((target, index) => {
            const props = { id: optionId(index), isActive: index === place, onGo: () => onGo(target) }
            if (target.kind !== 'line') return <Option key={target.key} target={target} {...props} />
            return (
              inLog && <LineOption key={target.key} {...props} text={inLog.text} line={target.line} names={names} />
            )
          })}
        </div>
        <p className={styles.note} role="status">
          {items.length === 0 && typed !== '' && 'Nothing here matches. Try fewer letters. '}
          {run !== null && inLog !== null && <FoundNote inLog={inLog} run={run} />}
          {runs === null && 'Reading the runs…'}
        </p>
        {inLog?.error != null && (
          <p className={styles.note}>
            The log could not be searched: <Prose text={inLog.error} />
          </p>
        )}
        {[runs, specs].map(
          (answer, index) =>
            answer?.ok === false && (
              <p key={index} className={styles.note}>
                {index === 0 ? 'The runs' : 'The specs'} could not be read: <Prose text={answer.error} />
              </p>
            ),
        )}
      </div>
    </Dialog>
  )
}

const kinds: Record<Target['kind'], string> = { run: 'run', batch: 'batch', spec: 'spec', action: '' }

interface OptionProps {
  id: string
  target: Target
  isActive: boolean
  onGo: () => void
}

/** The keys of an option are those of the input, which keeps the focus. */
function Option({ id, target, isActive, onGo }: OptionProps) {
  return (
    <div
      id={id}
      className={styles.option}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      data-kind={target.kind}
      onClick={onGo}
    >
      <span className={styles.mark}>{'status' in target && <StatusMark status={target.status} dense />}</span>
      <span className={styles.name}>
        <Name text={target.name} />
      </span>
      {target.note !== '' && (
        <span className={styles.detail}>
          <Name text={target.note} />
        </span>
      )}
      <span className={styles.kind}>{kinds[target.kind]}</span>
    </div>
  )
}

/** The answer to a request that is sent once, when the palette opens; null until it comes. */
function useAnswer<T>(ask: () => Promise<Answer<T>>): Answer<T> | null {
  const [answer, setAnswer] = useState<Answer<T> | null>(null)
  useEffect(() => {
    let closed = false
    void ask().then(now => {
      if (!closed) setAnswer(now)
    })
    return () => {
      closed = true
    }
  }, [ask])
  return answer
}

const valueOf = <T,>(answer: Answer<T[]> | null): readonly T[] => (answer?.ok ? answer.value : [])
