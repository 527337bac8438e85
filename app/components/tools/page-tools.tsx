import { useRouter } from 'next/navigation'
import { useEffect, useEffectEvent, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { countsToShow } from '../../../lib/run/counts'
import { isOver } from '../../../lib/run/is-over'
import type { Snapshot } from '../../../lib/run/model'
import { runPath, specPath } from '../../paths'
import { paintDensity } from '../../density'
import { completedText } from '../../labels'
import { resumableOf } from '../../resume-words'
import { chooseTheme, currentTheme, themes } from '../../theme'
import { chooseZone, currentZoneCookie, readerZone } from '../../zone-choice'
import { StartDialog } from '../fleet/start-dialog'
import { FollowDialog } from '../follow-dialog'
import { ImportDialog } from '../import-dialog'
import { addressWith, markOf } from '../log/line-mark'
import { NoteDialog } from '../run/notes/note-dialog'
import { CountProof } from '../run/proof/count-proof'
import { StopDialog } from '../run/stop-dialog'
import { focusPanel } from '../run/use-picked'
import { useIsOperator } from '../visitor'
import { Announcer } from './announcer'
import { actionTarget, type Action, type LineTarget, type Target } from './go-to'
import { KeySheet } from './key-sheet'
import { commandOf, type Begun, type Command } from './keys'
import { openedBy, type Opened } from './opened'
import { Notices } from './notices'
import { Palette } from './palette'
import { focusBatch, focusLog, nextView, searchLog } from './places'
import { iconStateOf, isOfRun, stateOf, type Lent } from './page-state'
import { PrintedLine } from './printed-line'
import { neighbour, nextNeedy } from './steps'
import { compactRows, singleKeys } from './stored-choice'
import { TabIcon } from './tab-icon'

export { TroubleCause } from '../trouble-cause'

/** A place that keys write into. */
const FIELD = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable="true"]'
/** What has the Escape key and all others to itself. */
const OVERLAY = 'dialog[open], :popover-open'

/**
 * What every page has beside what it shows: keys, the palette, announcements, its icon, and the dialogs that these open. It is
 * loaded beside the first paint.
 */
export function PageTools({ of: lent }: { of: Lent | undefined }) {
  const [opened, open] = useState<Opened | null>(null)
  const router = useRouter()
  const ofRun = isOfRun(lent) ? lent : null
  const actions = useActions(ofRun?.run ?? null, ofRun?.frozenAt ?? null, ofRun?.past ?? null)
  const state = useMemo(() => stateOf(lent), [lent])

  const showBatch = (batchId: string | null) => {
    if (batchId === null) return
    ofRun?.show(batchId)
    focusPanel()
  }
  const does: Record<Command, () => void> = {
    palette: () => open('palette'),
    sheet: () => open('sheet'),
    fleet: () => router.push('/'),
    containers: () => router.push('/containers'),
    specs: () => router.push('/specs'),
    'next-batch': () => showBatch(ofRun && neighbour(ofRun.run.batches, ofRun.picked, 1)),
    'previous-batch': () => showBatch(ofRun && neighbour(ofRun.run.batches, ofRun.picked, -1)),
    'next-needy': () => showBatch(ofRun && nextNeedy(ofRun.run.batches, ofRun.run.findings, ofRun.picked)),
    log: focusLog,
    'search-log': searchLog,
    'next-view': nextView,
    'close-batch': () => {
      if (ofRun !== null && ofRun.picked !== null) ofRun.close()
    },
  }
  const begun = useRef<Begun>(null)
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const isIn = (selector: string) => event.target instanceof Element && event.target.closest(selector) !== null
    const { key, ctrlKey: ctrl, metaKey: meta, altKey: alt } = event
    if (event.defaultPrevented || event.isComposing) return
    const inDialog = document.querySelector(OVERLAY) !== null
    const press = { key, ctrl, meta, alt, inField: isIn(FIELD), inDialog, at: event.timeStamp }
    const found = commandOf(press, begun.current, singleKeys.get())
    begun.current = found.begun
    if (found.command === null) return
    // Escape may also close what the browser itself shows.
    if (found.command !== 'close-batch') event.preventDefault()
    does[found.command]()
  })
  const onClick = useEffectEvent((event: MouseEvent) => {
    const dialog = openedBy(event.target)
    if (dialog !== null) open(dialog)
  })
  useEffect(() => {
    window.addEventListener('keydown', onKey)
    document.addEventListener('click', onClick)
    return () => {
      window.removeEventListener('keydown', onKey)
      document.removeEventListener('click', onClick)
    }
  }, [])

  const isCompact = useSyncExternalStore(compactRows.listen, compactRows.get)
  useEffect(() => paintDensity(isCompact), [isCompact])

  const close = () => open(null)
  const act = (action: Action) => {
    if (action === 'fleet') router.push('/')
    else if (action === 'containers') router.push('/containers')
    else if (action === 'specs') router.push('/specs')
    else if (action === 'theme') chooseTheme(nextTheme())
    else if (action === 'density') compactRows.choose(!isCompact)
    else if (action === 'zone') chooseZone(readerZone(currentZoneCookie()).choice === 'utc' ? 'local' : 'utc')
    else open(action)
  }
  const pick = (batchId: string) => {
    close()
    ofRun?.show(batchId)
    focusBatch(batchId)
  }
  const go = (target: Target | LineTarget) => {
    close()
    if (target.kind === 'line') {
      const { seq } = target.line
      window.location.assign(addressWith(window.location.href, markOf(seq, seq), target.logId))
    } else if (target.kind === 'run') router.push(runPath(target))
    else if (target.kind === 'spec') router.push(specPath(target.spec, target.site) ?? '/specs')
    else if (target.kind === 'batch') pick(target.batchId)
    else act(target.action)
  }
  return (
    <>
      <TabIcon state={iconStateOf(lent)} />
      <PrintedLine of={lent} />
      {state !== null && <Announcer state={state} />}
      <Notices />
      {opened === 'palette' && (
        <Palette
          run={ofRun?.run ?? null}
          isPast={ofRun !== null && ofRun.past !== null}
          actions={actions}
          onGo={go}
          onClose={close}
        />
      )}
      {opened === 'sheet' && <KeySheet onClose={close} />}
      {opened === 'start' && (
        <StartDialog initialSpec={ofRun?.run.spec ?? ''} initialSite={ofRun?.run.site} onClose={close} />
      )}
      {opened === 'resume' && ofRun && <StartDialog resumes={resumableOf(ofRun.run)} onClose={close} />}
      {opened === 'follow' && <FollowDialog initialSite={ofRun?.run.site} onClose={close} />}
      {opened === 'import' && <ImportDialog onClose={close} />}
      {opened === 'stop' && ofRun && <StopDialog run={ofRun.run} onClose={close} />}
      {opened === 'note' && ofRun && <NoteDialog run={ofRun.run} onClose={close} />}
      {opened === 'count-proof' && ofRun && (
        <CountProof run={ofRun.past ?? ofRun.run} frozenAt={ofRun.frozenAt} onPick={pick} onClose={close} />
      )}
    </>
  )
}

const nextTheme = () => themes[(themes.indexOf(currentTheme()) + 1) % themes.length] ?? 'system'

/** The actions that the reader may take here. */
function useActions(run: Snapshot | null, frozenAt: number | null, past: Snapshot | null): Target[] {
  const isOperator = useIsOperator()
  const isStoppable =
    isOperator &&
    run !== null &&
    !isOver(run.status) &&
    !run.stopping &&
    run.imported === null &&
    run.basis === 'stream' &&
    past === null &&
    frozenAt === null
  const isNotable = isOperator && run !== null && run.imported === null && past === null
  const counted = past ?? run
  const count = counted === null ? null : completedText(countsToShow(counted))
  return useMemo(
    () => [
      ...(count === null ? [] : [actionTarget('count-proof', `How ${count} is counted`, 'proof of the count')]),
      ...(isStoppable ? [actionTarget('stop', 'Stop run…')] : []),
      ...(isNotable ? [actionTarget('note', 'Leave a note…', 'on this run')] : []),
      ...(isOperator
        ? [
            actionTarget('start', 'Start a run…'),
            actionTarget('follow', 'Add a run by id…'),
            actionTarget('import', 'Import a recording…'),
          ]
        : []),
      actionTarget('fleet', 'Fleet', 'every run'),
      actionTarget('containers', 'Containers', 'of the agents'),
      actionTarget('specs', 'Specs', 'plans and their runs'),
      actionTarget('theme', 'Switch theme', 'system, light, dark'),
      actionTarget('density', 'Switch density', 'comfortable, compact rows'),
      actionTarget('zone', 'Switch time zone', 'local, UTC'),
      actionTarget('sheet', 'Keyboard shortcuts', 'notifications, sound'),
    ],
    [count, isStoppable, isNotable, isOperator],
  )
}
