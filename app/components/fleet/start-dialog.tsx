'use client'

import { useRouter } from 'next/navigation'
import type { SubmitEvent } from 'react'
import { useEffect, useState } from 'react'
import { shownName } from '../../../lib/run/text/display-text'
import type { Answer, SpecChoice } from '../../api'
import { listSpecs, startRun } from '../../late-api'
import { runPath } from '../../paths'
import { classNames } from '../../class-names'
import { plural } from '../../labels'
import { say } from '../../notice'
import { resumeText, type Resumable } from '../../resume-words'
import { Dialog } from '../dialog'
import { Glyph } from '../icons'
import { Name, Prose } from '../outside'
import { SiteChoice, useChosenSite } from '../site-choice'
import { PerhapsBegun, Refusal, useRequest } from '../use-request'
import { StartOutlook } from './start-outlook'
import controls from '../controls.module.css'
import dialog from '../dialog.module.css'
import refusals from '../refusal.module.css'
import styles from './start-dialog.module.css'

interface DialogProps {
  initialSpec?: string
  /** The site that is chosen at first. */
  initialSite?: string | undefined
  /** The start continues this run: its spec can't be changed. */
  resumes?: Resumable | null
  onClose: () => void
}

/** Starts a run of a spec that has a plan, then opens its page. A refusal is shown in the backend's own words. */
export function StartDialog({ initialSpec = '', initialSite, resumes = null, onClose }: DialogProps) {
  const router = useRouter()
  const [specs, setSpecs] = useState<Answer<SpecChoice[]> | null>(null)
  const [attempt, setAttempt] = useState(0)
  const [spec, setSpec] = useState(resumes?.spec ?? initialSpec)
  const chosen = useChosenSite(resumes?.site ?? initialSite)
  const { site, isMissing } = chosen
  const [dryRun, setDryRun] = useState(resumes?.dryRun ?? false)
  const [model, setModel] = useState('')
  const [runId, setRunId] = useState('')
  const { busy, refusal, begun, send } = useRequest()

  const isResume = resumes !== null
  useEffect(() => {
    if (isResume || isMissing) return
    let closed = false
    void listSpecs(site).then(answer => {
      if (!closed) setSpecs(answer)
    })
    return () => {
      closed = true
    }
  }, [attempt, isResume, site, isMissing])

  const start = (event: SubmitEvent) => {
    event.preventDefault()
    const at = { ...(site !== undefined && { site }) }
    const request = {
      ...at,
      spec,
      ...(dryRun && { dryRun }),
      ...(model.trim() !== '' && { model: model.trim() }),
      ...(runId.trim() !== '' && { runId: runId.trim() }),
      ...(resumes !== null && { resumeRunId: resumes.historyId }),
    }
    send(startRun(request), started => {
      const what = dryRun ? 'A dry run' : 'A run'
      say({ text: `${what} of ${shownName(spec)} was ${isResume ? 'started, to resume an earlier one' : 'started'}.` })
      router.push(runPath({ ...at, runId: started.runId }))
    })
  }

  return (
    <Dialog title={isResume ? 'Resume a run' : 'Start a run'} onClose={onClose}>
      <form onSubmit={start}>
        <SiteChoice
          {...chosen}
          isFixed={isResume}
          choose={name => {
            chosen.choose(name)
            setSpecs(null)
            setSpec(initialSpec)
          }}
        />
        {resumes !== null ? (
          <Resumed run={resumes} />
        ) : isMissing ? null : (
          <fieldset className={controls.field}>
            <legend>Spec</legend>
            <SpecList
              specs={specs}
              chosen={spec}
              onChoose={setSpec}
              onRetry={() => {
                setSpecs(null)
                setAttempt(attempt + 1)
              }}
            />
          </fieldset>
        )}
        {spec !== '' && !isMissing && <StartOutlook key={`${site} ${spec}`} spec={spec} site={site} dryRun={dryRun} />}
        <label className={dialog.check}>
          <input type="checkbox" checked={dryRun} onChange={event => setDryRun(event.target.checked)} />
          <span>
            Dry run <span className="dim">goes through the plan without agents or containers</span>
          </span>
        </label>
        <div className={styles.pair}>
          <label className={controls.field}>
            <span>
              Model <span className="dim">optional</span>
            </span>
            <input
              className={controls.input}
              value={model}
              onChange={event => setModel(event.target.value)}
              placeholder="as the plan says"
              autoComplete="off"
              spellCheck={false}
            />
          </label>
          <label className={controls.field}>
            <span>
              Run id <span className="dim">optional</span>
            </span>
            <input
              className={classNames('id', controls.input)}
              value={runId}
              onChange={event => setRunId(event.target.value)}
              placeholder="generated if empty"
              maxLength={200}
              autoComplete="off"
              spellCheck={false}
            />
          </label>
        </div>
        {begun === null ? (
          <Refusal what="Not started">{refusal}</Refusal>
        ) : (
          <PerhapsBegun run={{ runId: begun, ...(site !== undefined && { site }) }}>{refusal}</PerhapsBegun>
        )}
        <footer className={dialog.foot}>
          <button className={controls.button} type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            className={controls.primaryButton}
            type="submit"
            disabled={spec === '' || isMissing || busy || begun !== null}
          >
            <Glyph id="i-play" />
            {busy ? 'Starting…' : isResume ? 'Resume' : 'Start'}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

/** The run that the start continues, and what the backend does then [START-4]. */
export function Resumed({ run: { spec, historyId } }: { run: Resumable }) {
  return (
    <div className={styles.resumed} data-testid="resumed">
      <p>
        <b>
          <Name text={spec} />
        </b>
        , entry{' '}
        <span className="id" data-testid="resumed-id">
          <Name text={historyId} />
        </span>
      </p>
      <p>{resumeText}</p>
    </div>
  )
}

interface ListProps {
  specs: Answer<SpecChoice[]> | null
  chosen: string
  onChoose: (name: string) => void
  onRetry: () => void
}

/** The specs to choose from, or the reason why they are not known. */
export function SpecList({ specs, chosen, onChoose, onRetry }: ListProps) {
  if (specs === null) return <p className={styles.specs}>Asking the backend for its specs…</p>
  if (!specs.ok) {
    return (
      <p className={refusals.boxed} role="alert">
        <Prose text={specs.error} />{' '}
        <button className={controls.linkButton} type="button" onClick={onRetry}>
          Ask again
        </button>
      </p>
    )
  }
  if (specs.value.length === 0)
    return <p className={styles.specs}>The backend has no spec yet. Create one there first.</p>
  return (
    <ul className={styles.specs}>
      {specs.value.map(spec => (
        <li key={spec.name}>
          <label>
            <input
              type="radio"
              name="spec"
              value={spec.name}
              disabled={!spec.has_plan}
              checked={chosen === spec.name}
              onChange={() => onChoose(spec.name)}
            />
            <span className={styles.spec}>
              <Name text={spec.name} />
            </span>
            <span className="dim">{spec.has_plan ? plural(spec.task_count, 'task') : missing(spec)}</span>
          </label>
        </li>
      ))}
    </ul>
  )
}

const missing = (spec: SpecChoice) =>
  spec.has_tasks ? 'no plan yet; plan it on the backend' : 'no tasks and no plan yet; add them on the backend'
