import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fragment, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import { LiveProvider } from '../lib/client/live'
import { textMatcher } from '../lib/run/text/text-matcher'
import { hostileTexts, honestTexts, UNSEEN } from '../lib/testing/support/hostile-texts'
import {
  batchStatus,
  findingKind,
  type FindingKind,
  container,
  containerList,
  fleet,
  linkState,
  logLine,
  runStatus,
  snapshot,
  verdict,
  type Snapshot,
} from '../lib/run/model'
import type { Person } from '../lib/server/request-context'
import { AppProviders } from './components/app-shell'
import { FollowDialog } from './components/follow-dialog'
import { ContainersView } from './components/containers/containers-view'
import { StopContainerDialog } from './components/containers/stop-container-dialog'
import { StopContainerStep } from './components/containers/stop-container-step'
import { NothingNeeded } from './components/fleet/nothing-needed'
import { FleetView } from './components/fleet/fleet-view'
import { GroupList } from './components/fleet/need-line'
import { SpecList, StartDialog } from './components/fleet/start-dialog'
import { PlanOutlook } from './components/fleet/start-outlook'
import { ImportDialog } from './components/import-dialog'
import { Log, type LogProps } from './components/log/log'
import { RunLog } from './components/log/run-log'
import { LogSearch } from './components/log/log-search'
import { WholeLogView } from './components/log/whole-log-view'
import { LogRow } from './components/log/log-line'
import { MERGED } from './log-id'
import { FoldRow } from './components/run/completed-fold'
import { FoundNote, LineOption } from './components/tools/line-option'
import { UnreadBanner } from './components/specs/unread-banner'
import { GoneBanner } from './components/run/gone-banner'
import { RecordingActions } from './components/run/recording-actions'
import { RemoveImport } from './components/run/remove-import'
import { RunView } from './components/run/run-view'
import { BatchTasks, ToldTasks } from './components/run/tasks/batch-tasks'
import { LastLines, LineList } from './components/run/summary/last-lines'
import { ErrorLine, RunSummary } from './components/run/summary/run-summary'
import { FirstViews } from './components/run/views/first-views'
import { Views } from './components/run/views/views'
import { MomentBar } from './components/run/moment/moment-bar'
import { CountProof, FoldedRows } from './components/run/proof/count-proof'
import { ProofRow } from './components/run/proof/proof-row'
import { Choice, Sides } from './components/run/compare/compare'
import { NoteDialog } from './components/run/notes/note-dialog'
import { RunNotes } from './components/run/notes/run-notes'
import { TroubleCause } from './components/trouble-cause'
import { StopDialog } from './components/run/stop-dialog'
import { NoticePlace } from './components/tools/notices'
import { Palette } from './components/tools/palette'
import { RIGHT_TO_LEFT } from './components/outside'
import { BatchFacts } from './components/specs/batch-facts'
import { SpecView } from './components/specs/spec-view'
import { SpecsView } from './components/specs/specs-view'
import { UnknownImport } from './components/unknown-import'
import { PerhapsBegun, Refusal } from './components/use-request'
import ErrorPage from './error'
import GlobalError from './global-error'
import NotFound from './not-found'
import RunNotFound from './runs/[runId]/not-found'
import SiteRunNotFound from './sites/[site]/runs/[runId]/not-found'
import { RunChoice } from './components/run-choice'
import SpecNotFound from './specs/[spec]/not-found'
import { specOverviewAnswer, specRunsAnswer } from './answers'
import { batchStats } from '../lib/run/spec-stats'
import { filled } from '../lib/testing/support/filled-schema'

/** The names of the components that were rendered, and the page's address. */
const { made, address, counting } = vi.hoisted(() => {
  const made = new Set<string>()
  const nameOf = (type: unknown): string => {
    if (typeof type === 'function') return type.name
    return typeof type === 'object' && type !== null && 'type' in type ? nameOf(type.type) : ''
  }
  type Jsx = (type: unknown, ...rest: unknown[]) => unknown
  const counting = (jsx: unknown): Jsx => {
    const make = jsx as Jsx
    return (type, ...rest) => {
      made.add(nameOf(type))
      return make(type, ...rest)
    }
  }
  return { made, address: { runId: '', spec: '' }, counting }
})

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push: vi.fn(), replace: vi.fn(), refresh: vi.fn() }),
  useParams: () => address,
  notFound: vi.fn(),
  redirect: vi.fn(),
}))

vi.mock('react/jsx-dev-runtime', async original => {
  const runtime = await original<Record<string, unknown>>()
  return { ...runtime, jsxDEV: counting(runtime['jsxDEV']) }
})
vi.mock('react/jsx-runtime', async original => {
  const runtime = await original<Record<string, unknown>>()
  return { ...runtime, jsx: counting(runtime['jsx']), jsxs: counting(runtime['jsxs']) }
})

type TextOf = (path: string) => string

const html = (page: ReactNode, person?: Person): string => {
  const initialNow = '2026-11-23T13:41:05.000Z'
  return renderToString(
    person ? (
      <AppProviders person={person} zone="" sites={[]} initialNow={initialNow}>
        {page}
      </AppProviders>
    ) : (
      <LiveProvider initialNow={initialNow}>{page}</LiveProvider>
    ),
  )
}

/** Everything that a reader sees or hears of a page: its text, and its attributes except those that only programs read. */
const perceived = (page: string): string =>
  page.replace(/ (?:data-[\w-]+|href|value|id|name|class|style|d|for)="[^"]*"/g, '').replaceAll('<!-- -->', '')

const aRun = (textOf: TextOf, picks: Record<string, unknown> = {}) =>
  filled(snapshot, textOf, path => (path in picks ? picks[path] : path === 'imported' ? null : undefined))

/** A run in each state in which its page shows different parts. */
function runs(textOf: TextOf): ReactNode[] {
  const id = textOf('batches.id')
  const texts = (path: string) => ({ id: textOf(`${path}.id`), until: '2026-11-23T13:00:00.000Z', unread: 1 })
  const finding = (kind: FindingKind, text: string) => ({
    ...{ kind, text, at: null, batchId: id, containerId: textOf('findings.containerId') },
  })
  const findings = [
    ...findingKind.options.map(kind => finding(kind, `${textOf('findings.text')}\n${textOf('findings.text')}`)),
    finding('unproven-failure', textOf('findings.text')),
    finding('ghost', `${textOf('batches.name')}: ${textOf('findings.text')}`),
  ]
  const one = filled(container, textOf)
  const batches = [
    ...batchStatus.options.flatMap(status => [
      { status, containers: [one, { ...one, removed: true }] },
      { status, containers: [] },
    ]),
    ...verdict.options.map(each => ({ status: 'running' as const, verdict: each, containers: [one] })),
  ].map((each, index) => ({
    ...aRun(textOf).batches[0]!,
    ...{ id: `${id}${index}`, dependsOn: [`${id}${index + 1}`, textOf('batches.dependsOn')], basis: 'stream' as const },
    ...{ error: index % 2 === 0 ? textOf('batches.error') : `${textOf('batches.error')}\n${textOf('batches.error')}` },
    ...{ ...each, endedAt: null, container: each.containers.at(-1) ?? null },
  }))
  batches[0]!.id = id
  const live = { backend: 'live', docker: 'live' } as const
  const states = [
    ...runStatus.options.map(status => ({ status, link: live, findings, batches })),
    ...linkState.options.map(link => ({ status: 'running', link: { backend: link, docker: link }, batches })),
    ...linkState.options.map(link => ({
      imported: texts('imported'),
      link: { backend: 'off', docker: link },
      batches,
    })),
    { status: 'running', basis: 'history', stopping: true, batches: [], spec: null, link: live },
  ]
  const opened = states.map((picks, index) => <RunView key={index} initial={aRun(textOf, picks)} batchId={id} />)
  const idle = batches.find(({ container }) => container === null)!
  const noContainer = aRun(textOf, { status: 'running', link: live, batches })
  opened.push(<RunView key="no container" initial={noContainer} batchId={idle.id} />)
  const many = Array.from({ length: 110 }, (_, index) => ({
    ...batches[index % batches.length]!,
    ...{ id: `${id}many${index}`, dependsOn: [] },
  }))
  opened.push(<RunView key="many" initial={aRun(textOf, { status: 'running', link: live, batches: many })} />)
  return [...opened, <RunView key="run alone" initial={aRun(textOf, { status: 'running', link: live, batches })} />]
}

function fleets(textOf: TextOf): ReactNode[] {
  const run = fleet.shape.runs.def.element.parse(aRun(textOf))
  const every = runStatus.options.map(status => ({
    ...run,
    status,
    imported: null,
    runId: textOf(`runs.runId ${status}`),
  }))
  const found = (kind: FindingKind, ...containerIds: (string | null)[]) =>
    containerIds.map(containerId => ({
      ...{ kind, text: textOf('findings.text'), at: null, batchId: textOf('findings.batchId'), containerId },
    }))
  const container = textOf('findings.containerId')
  const live = { backend: 'live', docker: 'live' } as const
  const needy = [
    { findings: found('ghost', null), status: 'running' as const },
    { findings: [...found('late', container, container), ...found('overflow', null)], status: 'running' as const },
    { findings: found('orphan', container), status: 'aborted' as const },
  ].map((each, index) => ({
    ...{ ...run, ...each, link: live, basis: 'stream' as const, stopping: false, imported: null },
    runId: textOf(`runs.runId ${index}`),
  }))
  return linkState.options.flatMap(link =>
    [every, needy, [{ ...run, status: 'failed', imported: null }], []].map((runs, n) => (
      <FleetView
        key={`${link} ${runs.length}`}
        initial={(n === 0 ? ['ann', 'bob', 'cleo', 'dan'] : n === 3 ? [undefined] : ['ann']).map(site => {
          const { site: _, ...unnamed } = filled(fleet, textOf, path =>
            path === 'runs'
              ? runs
              : path.startsWith('link.')
                ? link
                : path === 'imports.status'
                  ? 'running'
                  : undefined,
          )
          return { ...unnamed, ...(site !== undefined && { site }) }
        })}
      />
    )),
  )
}

function containers(textOf: TextOf): ReactNode[] {
  const states = linkState.options.flatMap(link => [
    { 'docker.link': link },
    { 'docker.link': link, 'containers.stoppable': true, 'containers.state': 'exited' },
    { 'docker.link': link, 'containers.batchId': null },
    { 'docker.link': link, 'containers.runId': null, 'containers.reason': null },
    { 'docker.link': link, containers: [] },
  ])
  return states.map((picks: Record<string, unknown>, index) => (
    <ContainersView
      key={index}
      initial={[
        {
          list: filled(containerList, textOf, path => picks[path]),
          fleet: filled(fleet, textOf, path => (path === 'runs' || path === 'imports' ? [] : undefined)),
        },
      ]}
    />
  ))
}

/** The pages of specs, in each state in which they show different parts. */
function specPages(textOf: TextOf): ReactNode[] {
  const rendered = filled(fleet, textOf, path => (path === 'runs' || path === 'imports' ? [] : undefined))
  const [id, other] = [textOf('columns.id'), `${textOf('columns.id')} other`]
  const batches = [
    ...Array.from({ length: 3 }, (_, n) => ({ id, status: 'completed' as const, ms: 60_000 * (n + 1) ** 2 })),
    { id, status: 'failed' as const, ms: 1 },
  ]
  const aSpec = (picks: Record<string, unknown> = {}) => {
    const spec = filled(specRunsAnswer, textOf, path => picks[path])
    const runs = batches.map((cell, n) => ({
      ...spec.runs[0]!,
      ...{ runId: `${textOf('runs.runId')} ${n}`, importId: null, status: cell.status, dryRun: false, inferred: false },
      ...{ basis: 'stream' as const, whole: true, ms: cell.ms, batches: [cell, { ...cell, id: other }] },
    }))
    const column = { name: textOf('columns.name'), dependsOn: [id], planned: true }
    const columns = [
      { ...column, id },
      { ...column, id: other, planned: false },
    ]
    return { ...spec, columns, runs: [...runs, { ...runs[0]!, runId: 'i', importId: textOf('runs.importId') }] }
  }
  const states = (['read', 'missing', 'unreadable', 'unknown'] as const).map(state => ({ 'plan.state': state }))
  const many = Array.from({ length: 30 }, (_, n) => ({ ...aSpec().columns[0]!, id: `${id}${n}` }))
  const none = { ...aSpec({ 'plan.state': 'unknown', onBackend: false }), columns: [], runs: [] }
  const spec = aSpec()
  const specs = [{ onBackend: true }, { onBackend: false, has: null }, { usual: null, recent: [], live: [] }]
  return [
    ...states.map(state => (
      <SpecView batchId={null} key={state['plan.state']} initial={aSpec(state)} fleet={rendered} />
    )),
    <SpecView batchId={null} key="wide" initial={{ ...spec, columns: [...spec.columns, ...many] }} fleet={rendered} />,
    <SpecView batchId={null} key="no runs" initial={none} fleet={rendered} />,
    <BatchFacts
      key="batch"
      {...{ column: spec.columns[0]!, columns: spec.columns, runs: spec.runs, now: spec.now }}
      stats={batchStats(spec.runs)(id)}
      onClose={() => undefined}
    />,
    ...specs.map((picks, n) => {
      const overview = filled(specOverviewAnswer, textOf)
      const all = [{ ...overview.specs[0]!, ...picks }]
      const part = { overview: { ...overview, specs: all }, fleet: rendered }
      return (
        <Fragment key={`specs ${n}`}>
          <SpecsView initial={[part]} />
          <SpecsView initial={[part, { ...part, overview: { ...part.overview, site: 'bob' } }]} />
        </Fragment>
      )
    }),
    <SpecNotFound key="no spec" />,
  ]
}

/** A run that is over, of batches that have branches and durations. */
function ofEnd(textOf: TextOf, status: Snapshot['status'], ends: Snapshot['status'] = status): Snapshot {
  const [batch] = aRun(textOf).batches
  const times = { startedAt: '2026-11-23T13:00:00.000Z', endedAt: '2026-11-23T13:10:00.000Z' }
  const batches = ['completed', 'completed', 'completed', ends].map((each, index) => ({
    ...{ ...batch, ...times, id: `${textOf('batches.id')}${index}`, status: each },
    ...{
      branch: textOf('batches.branch'),
      containers: [filled(container, textOf)],
      container: filled(container, textOf),
    },
  }))
  return aRun(textOf, { ...times, status, batches, imported: null, inferred: false, dryRun: false })
}

/** The same run, failed by the merge of its batch. */
const withoutMerge = (run: Snapshot): Snapshot => ({
  ...run,
  batches: run.batches.map(batch => ({ ...batch, error: 'Merge failed' })),
})

/** The dialogs of a page, and the texts of its empty lists. */
function others(textOf: TextOf): ReactNode[] {
  const close = () => undefined
  const run = aRun(textOf)
  const agent = filled(containerList, textOf).containers[0]!
  const line = filled(logLine, textOf)
  const state = { lines: [line], dropped: 1, epoch: 'e' }
  const ofBatch: LogProps = {
    ...{ log: state, known: 'current', run: { runId: textOf('runId'), importId: null }, logId: textOf('batches.id') },
    ...{ tabs: null, place: 'batch log', grows: true },
    start: { startedAt: run.startedAt, clockOffset: 0, wasClockSet: true },
  }
  const shown = { matcher: null, current: false, marked: true, prefix: '?line=', zone: 'utc', full: true } as const
  const search = {
    matcher: null,
    found: null,
    error: null,
    isSearching: false,
    asked: null,
    isUpToDate: true,
    isOf: () => true,
  }
  const names = new Map([[textOf('batches.id'), textOf('batches.name')]])
  const unread = { failure: { from: 1, to: 2, error: textOf('error') }, onRetry: close }
  const row = { key: '1', seq: 1, height: 1 }
  const choice = { name: textOf('specs.name'), has_tasks: true, has_plan: true, task_count: 1 }
  const refused = { ok: false as const, status: 502, error: textOf('error'), runId: textOf('runId') }
  const failed = Object.assign(new Error(textOf('error.message')), { digest: '1234' })
  address.runId = encodeURIComponent(textOf('runId').toWellFormed())
  address.spec = encodeURIComponent(textOf('spec').toWellFormed())
  return [
    <FollowDialog key="follow" onClose={close} />,
    <ul key="group">
      <GroupList
        need={{ key: '', kind: 'ghost', run, findings: run.findings, since: null, isOld: false }}
        isOld={false}
      />
    </ul>,
    <NothingNeeded key="nothing needed" quiet={{ asOf: 0, because: 'a source is lost' }} known="silent" />,
    <StartDialog key="start" onClose={close} />,
    <StartDialog
      key="resume"
      resumes={{ spec: textOf('spec'), historyId: textOf('historyId'), dryRun: false }}
      onClose={close}
    />,
    <ImportDialog key="import" onClose={close} />,
    <NoticePlace key="notice" notice={{ text: textOf('spec'), undo: () => ({ text: '' }) }} said={textOf('runId')} />,
    <SpecList key="specs" specs={{ ok: true, value: [choice] }} chosen="" onChoose={close} onRetry={close} />,
    <SpecList key="refused" specs={refused} chosen="" onChoose={close} onRetry={close} />,
    <PlanOutlook
      key="outlook"
      plan={{ ok: true, value: { state: 'read', total: 2, completed: 1, runs: [textOf('runId')] } }}
      dryRun
    />,
    <PlanOutlook key="no outlook" plan={refused} dryRun />,
    <PerhapsBegun key="begun" run={{ runId: textOf('runId') }}>
      {textOf('error')}
    </PerhapsBegun>,
    <Refusal key="refusal" what="Not started">
      {textOf('error')}
    </Refusal>,
    <StopDialog key="stop" run={run} onClose={close} />,
    <Choice
      key="choice"
      runs={[{ ...run, runId: textOf('runs.runId'), startedAt: null }]}
      chosen={textOf('runId')}
      onChoose={close}
    />,
    <Sides key="sides" run={run} other={{ ...run, spec: textOf('spec') }} />,
    <NoteDialog key="note" run={run} onClose={close} />,
    <RunNotes key="notes" notes={run.notes ?? []} />,
    <CountProof key="proof" run={run} frozenAt={Date.parse(run.now)} onPick={close} onClose={close} />,
    <FoldedRows
      key="proof fold"
      fold={{ kind: 'fold', from: 0, to: 9, source: 'plan', isOpen: false }}
      isTabStop
      onToggle={close}
    />,
    <ProofRow
      key="proof row"
      {...{ batch: run.batches[0]!, place: 0, run, over: false, ofHistory: false, isTabStop: true }}
      line={line}
      onPick={close}
    />,
    <Palette key="palette" run={run} actions={[]} onGo={close} onClose={close} />,
    <LineOption
      key="line"
      {...{ id: 'line', isActive: false, onGo: close }}
      line={{ seq: 1, at: null, source: 'backend', stream: 'stdout', text: textOf('lines.text'), batch: 'b9' }}
      text="x"
      names={new Map([['b9', textOf('batches.name')]])}
    />,
    <FoundNote
      key="found"
      run={run}
      inLog={{ text: 'x', logId: null, lines: [], found: { seqs: [], count: 0, from: 1, to: 1 }, error: null }}
    />,
    <StopContainerDialog key="stop container" container={agent} site={undefined} onClose={close} />,
    <StopContainerStep key="stop step" id={agent.id} run={run} batchId={textOf('batches.id')} isOld={false} />,
    <TroubleCause key="trouble" trouble={{ kind: 'refused', words: textOf('error') }} wasConnected />,
    <GoneBanner key="gone" runId={run.runId} />,
    <UnreadBanner key="unread" failure={textOf('error')} />,
    ...(['completed', 'failed', 'aborted'] as const).map(status => (
      <RunSummary key={status} run={ofEnd(textOf, status)} onShow={close} onRead={close} />
    )),
    <RunSummary key="no culprit" run={ofEnd(textOf, 'failed', 'aborted')} onShow={close} onRead={close} />,
    <RunSummary key="unmerged" run={withoutMerge(ofEnd(textOf, 'failed'))} onShow={close} onRead={close} />,
    <RecordingActions key="menu" run={run} />,
    <RemoveImport key="remove" importId={textOf('importId')} />,
    <BatchTasks key="tasks" run={{ ...run, model: textOf('model') }} batch={run.batches[0]!} />,
    <ToldTasks key="told tasks" answer={toldTasks(textOf)} />,
    <ToldTasks key="tasks without titles" answer={toldTasks(textOf, 'unknown')} />,
    <ToldTasks key="no tasks" answer={refused} />,
    <LastLines key="last lines" run={run} batch={run.batches[0]!} onRead={close} />,
    <FoldRow
      key="fold"
      {...{
        fold: { place: -2, status: 'pending', from: 0, to: 0 },
        batches: run.batches,
        open: false,
        isStop: true,
        old: false,
      }}
      onToggle={close}
    />,
    <LineList key="lines" lines={[line, { ...line, seq: 2, text: `1 %\r${line.text}` }]} />,
    <ErrorLine key="error line" line={line} />,
    <MomentBar key="past" run={run} past={run} onPast={close} />,
    ...(['timeline', 'graph'] as const).flatMap(view => [
      <FirstViews key={`first ${view}`} run={run} view={view} kept={{ batch: run.batches[0]?.id ?? null }} />,
      <Views
        key={view}
        {...{ view, run, first: null, known: 'current', frozenAt: null, shown: null, picked: null }}
        onView={close}
        onPick={close}
      />,
    ]),
    <Log key="log" {...ofBatch} />,
    <WholeLogView key="whole log" {...ofBatch} sources={[textOf('source'), textOf('other source')]} />,
    <RunLog
      key="all logs"
      {...{
        run: ofBatch.run,
        start: ofBatch.start,
        batch: run.batches[0],
        hasAgents: true,
        shown: 'all',
        onShown: close,
        gone: false,
        moment: null,
      }}
      {...{ basis: 'stream', over: false, backend: 'live', docker: 'live' }}
      names={names}
    />,
    <WholeLogView key="merged log" {...ofBatch} logId={MERGED} names={names} />,
    <WholeLogView key="no log" {...ofBatch} log={{ lines: [], dropped: 0, epoch: 'e' }} />,
    <LogSearch
      key="search"
      {...{ query: { text: textOf('query'), isPattern: true }, onQuery: close, current: null, onStep: close }}
      {...{ isErrors: false, search: { ...search, matcher: textMatcher('x'), error: textOf('error') } }}
    />,
    <LogRow key="line" row={{ ...row, kind: 'line', line }} {...shown} {...unread} />,
    <LogRow
      key="match"
      row={{ ...row, kind: 'line', line: { ...line, text: `1 %\r${line.text} https://a.b/` } }}
      {...shown}
      {...unread}
      matcher={textMatcher('x')}
      current
      full={false}
    />,
    <LogRow
      key="twins"
      row={{ ...row, kind: 'line', line, twins: { lines: [{ ...line, seq: 2 }], isOpen: false } }}
      {...shown}
      {...unread}
    />,
    <LogRow key="speaker" row={{ ...row, kind: 'speaker', batch: textOf('batches.id') }} {...shown} {...unread} />,
    <LogRow key="gap" row={{ ...row, kind: 'gap', to: 2 }} {...shown} {...unread} />,
    <LogRow key="lost" row={{ ...row, kind: 'lost', to: 2 }} {...shown} {...unread} />,
    <ErrorPage key="error" error={failed} reset={close} />,
    <GlobalError key="global error" error={failed} reset={close} />,
    <NotFound key="not found" />,
    <RunNotFound key="no run" />,
    <SiteRunNotFound key="no run of a site" />,
    <RunChoice key="choice" runId={textOf('runId')} sites={['ann', 'bob']} query="" />,
    <FleetView key="no site" initial={[]} />,
    <ContainersView key="no site, containers" initial={[]} />,
    <SpecsView key="no site, specs" initial={[]} />,
    <UnknownImport key="no import" unread="reading" />,
  ]
}

const toldTasks = (textOf: TextOf, titles: 'read' | 'unknown' = 'read') => ({
  ok: true as const,
  value: {
    ...{ plan: 'read' as const, titles, failure: textOf('failure'), readAt: '2026-01-15T14:00:00.000Z', more: 2 },
    model: textOf('plan model'),
    tasks: [{ id: textOf('tasks.id'), title: textOf('tasks.title'), completed: true as const }],
  },
})

const visitor = (textOf: TextOf): Person => ({ name: textOf('person.name'), role: 'operator', canSignOut: true })
const everything = (textOf: TextOf) => [
  ...[...runs(textOf), ...fleets(textOf), ...containers(textOf)],
  ...[...others(textOf), ...specPages(textOf)],
]

/** Renders a page; returns each place whose text would be invisible, with the text around it. */
function unseenOn(page: ReactNode, textOf: TextOf): string[] {
  const text = perceived(html(page, visitor(textOf)))
  return [...text.matchAll(new RegExp(UNSEEN, 'gu'))].map(({ index }) =>
    JSON.stringify(text.slice(Math.max(0, index - 80), index + 20)),
  )
}

const all = Object.values(hostileTexts).join(' ')

describe('[SAFE-4.4] every text from outside is disarmed wherever a page shows it', () => {
  it('in every state of every page and dialog', { timeout: 60_000 }, () => {
    const textOf: TextOf = path => `${path} ${all} ${path}`
    for (const page of everything(textOf)) expect(unseenOn(page, textOf)).toEqual([])
  })

  it.each(Object.entries(hostileTexts))('where all that it holds is: %s', (_, text) => {
    const textOf: TextOf = () => text
    const [run] = runs(textOf)
    for (const page of [
      run,
      ...fleets(textOf).slice(0, 1),
      ...containers(textOf).slice(0, 2),
      ...others(textOf),
      ...specPages(textOf),
    ])
      expect(unseenOn(page, textOf)).toEqual([])
  })

  it.each(['', ' ', '\u200b'])('[SAFE-4.68] and no name, id or branch is an empty place: %j', text => {
    const pages = [runs(() => text)[0], fleets(() => text)[0], containers(() => text)[0]].map(page => html(page))
    // Ids and branches, the name of the open batch, and the name on the tab of its log.
    const kinds = [
      /<(span|td|dd) class="(?:[^"]* )?id(?: [^"]*)?"[^>]*>[^]*?<\/\1>/g,
      /<(span)\b[^>]* data-whole="facts"[^>]*>[^]*?<\/\1>/g,
      /(?<=<button\b[^>]*>)<(span)\b[^>]* data-whole="panel"[^>]*>[^]*?<\/\1>/g,
    ].map(kind => pages.join('').match(kind) ?? [])
    for (const elements of kinds) expect(elements).not.toEqual([])
    const named = kinds.flat()
    expect(named.length).toBeGreaterThan(10)
    for (const element of named) expect(element.replace(/<[^>]*>/g, '').trim()).not.toBe('')
  })

  it.each(Object.entries(honestTexts))(
    '[SAFE-4.8] and what people write stays, set apart from what is beside it: %s',
    (_, text) => {
      const page = html(runs(() => text)[0]).replaceAll('<!-- -->', '')
      const escaped = text.replaceAll('<', '&lt;').replaceAll('>', '&gt;')
      expect(page).toContain(`title="${escaped}`)
      if (RIGHT_TO_LEFT.test(text)) expect(page).toContain(`<bdi>${escaped}</bdi>`)
    },
  )

  it('[SAFE-4.73] and a button that copies more than is seen says what', () => {
    const page = html(aRunView({ 'batches.branch': 'main\u202e', 'batches.status': 'running', runId: 'run-1' }))
    expect(page).toMatch(/aria-label="Copy branch, also what can’t be seen of it: U\+202E"/)
    expect(page).toMatch(/<span[^>]* title="Copy branch, also[^"]*"[^>]*>copies (<!-- -->)?U\+202E</)
    expect(page).toContain('aria-label="Copy run id"')
    expect(html(aRunView({ 'batches.branch': 'main' }))).not.toContain('can’t be seen')
  })

  /** Components that hold nothing from outside and appear only in a browser. */
  const inBrowser = new Set([
    ...['StaleBanner', 'UnsteadyBanner', 'Opening', 'RemoveDialog', 'Counting', 'Sprite', 'ThemeToggle'],
    ...['Tip', 'ZoneProvider', 'StartOutlook', 'VirtualRows', 'LogRows'],
    ...['AskNow', 'DockerBanner', 'Eta', 'Left', 'ExpectedIn', 'GraphEdge', 'GraphTools', 'ZoomButton', 'Sum'],
    ...['PageTools', 'Announcer', 'TabIcon', 'PrintedLine', 'KeySheet', 'Notify', 'Sound', 'Notices', 'Since'],
    ...[
      'Hidden',
      'LineTime',
      'Layout',
      'FleetPage',
      'RunPage',
      'RunByIdPage',
      'SiteRunPage',
      'SpecByNamePage',
      'SiteSpecPage',
      'ImportPage',
      'ContainersPage',
      'SignInPage',
      'ImportNotFound',
    ],
    ...[
      'SpecsPage',
      'SpecPage',
      'VirtualTableRows',
      'FirstTableRows',
      'Space',
      'FollowHere',
      'Compare',
      'Against',
      'CompareButton',
    ],
  ])

  it('and no component of the pages is left out of this', () => {
    const root = import.meta.dirname
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      file => file.endsWith('.tsx') && !file.endsWith('.test.tsx'),
    )
    const declared = files.flatMap(file =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/function ([A-Z]\w*)/g)].map(([, name]) => name ?? ''),
    )
    made.clear()
    for (const page of everything(path => path))
      html(
        page,
        visitor(path => path),
      )
    expect(declared.length).toBeGreaterThan(60)
    expect(declared.filter(name => !made.has(name) && !inBrowser.has(name))).toEqual([])
  })
})

const aRunView = (picks: Record<string, unknown>) => <RunView initial={aRun(() => 'plain', picks)} />
