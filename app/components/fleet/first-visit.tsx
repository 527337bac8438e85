import type { ReactNode } from 'react'
import type { Fleet } from '../../../lib/run/model'
import { shownName } from '../../../lib/run/text/display-text'
import { emptyPages, type Known } from '../../nothing'
import { Command } from '../command'
import { Name } from '../outside'
import { useIsOperator } from '../visitor'
import { firstSteps, stepWords, type StepState } from './first-steps'
import controls from '../controls.module.css'
import nothing from '../nothing.module.css'
import styles from './first-visit.module.css'

/** The page is rendered with the fleet, so `unread` never occurs. */
const texts: Record<Known, readonly [string, string]> = {
  ...emptyPages.runs,
  ...{ reading: emptyPages.runs.old, unread: emptyPages.runs.old },
}

interface Props {
  fleet: Pick<Fleet, 'backend' | 'link'>
  known: Known
  /** This page has lost its server. */
  stale: boolean
  onStart: () => void
  onFollow: () => void
}

/** The fleet while there is no run at all: how the first one appears, in three steps, and how far they are [FLEET-5]. */
export function FirstVisit({ fleet: { backend, link }, known, stale, onStart, onFollow }: Props) {
  const isOperator = useIsOperator()
  const steps = firstSteps(link, stale)
  return (
    <section className={nothing.empty} data-testid="empty" data-known={known}>
      <h2>{texts[known][0]}</h2>
      <p>{texts[known][1]}</p>
      <ol className={styles.steps}>
        <Step state={steps.backend} title="Connect the backend">
          <BackendStep backend={backend} state={steps.backend} />
        </Step>
        <Step state={steps.docker} title="Let it see Docker">
          <DockerStep state={steps.docker} />
        </Step>
        <Step state={steps.start} title={isOperator ? 'Start a run' : 'Wait for a run'}>
          <p>
            {isOperator
              ? 'Start one here. One started anywhere on this backend appears within 10 s, or at once when it is added by its id.'
              : 'One that somebody starts on this backend appears here within 10 s.'}
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
        </Step>
      </ol>
    </section>
  )
}

function Step({ state, title, children }: { state: StepState; title: string; children: ReactNode }) {
  return (
    <li data-testid="first-step" data-step={state}>
      <h3>
        {title} {stepWords[state] !== '' && <span className={styles.state}>{stepWords[state]}</span>}
      </h3>
      {children}
    </li>
  )
}

/** The commands are for operators alone: a viewer can't restart the server. */
function BackendStep({ backend, state }: { backend: string; state: StepState }) {
  const isOperator = useIsOperator()
  const isHeard = state === 'done'
  return (
    <>
      <p>
        {state === 'unknown' ? 'The backend is' : isHeard ? 'This server hears' : 'This server does not hear'}{' '}
        <Name text={backend} />.{' '}
        {state === 'next' &&
          (isOperator
            ? 'Start the backend there; it is joined by itself.'
            : 'It is joined by itself once an operator has started it there.')}{' '}
        {isOperator && 'For another one, start this server with its address:'}
      </p>
      {isOperator && <Command text={`BACKEND_URL=${shownName(backend)} npm start`} className={styles.command} />}
    </>
  )
}

const dockerTexts: Record<StepState, string> = {
  done: 'Docker’s evidence is shown beside what the backend says.',
  left: 'This server does not watch Docker: runs are shown by the backend’s word alone.',
  next: 'Docker does not answer this server: runs are shown by the backend’s word alone until it does.',
  later: 'Docker does not answer this server: runs are shown by the backend’s word alone until it does.',
  unknown: 'Whether Docker answers this server is not known now.',
}

function DockerStep({ state }: { state: StepState }) {
  const isOperator = useIsOperator()
  return (
    <>
      <p>
        {dockerTexts[state]}
        {isOperator && state !== 'done' && (
          <>
            {' '}
            It needs the rights of the <code>docker</code> client. Where its socket is elsewhere, or agents work without
            containers, start this server with:
          </>
        )}
      </p>
      {isOperator && state !== 'done' && (
        <>
          <Command text="DOCKER_HOST=unix:///var/run/docker.sock npm start" className={styles.command} />
          {state !== 'left' && <Command text="DOCKER=off npm start" className={styles.command} />}
        </>
      )}
    </>
  )
}
