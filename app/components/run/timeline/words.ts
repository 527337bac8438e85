import type { Batch } from '../../../../lib/run/model'
import { durationWords } from '../../../format'
import { plural, statusWord } from '../../../labels'
import type { Bar, BarKind } from './bars'
import { tickText } from './range'

type Told = Pick<Batch, 'status' | 'verdict' | 'durationUncertain'>

/**
 * What the bars of a batch say, for readers who do not see them: `waited 4 min 14 s, container start 6 s, ran 5 min 32 s, merged in
 * 10 s`. The words of an open bar tell when it began, after the run's start, so that they do not change as time passes [PAGE-5.7].
 */
export function barWords(bars: readonly Bar[], batch: Told, over: boolean): string {
  const claims = bars.filter(({ kind }) => kind !== 'evidence')
  const evidence = bars.filter(({ kind }) => kind === 'evidence')
  const words = claims.map(bar =>
    bar.to === null ? openWords(bar, batch) : closedWords(bar.kind, lengthOf(bar), batch),
  )
  if (words.length === 0) words.push(batch.status === 'pending' ? statusWord('pending', over) : 'times not known')
  if (batch.durationUncertain) words.push('the duration is uncertain')
  if (evidence.length > 0) words.push(evidenceWords(evidence))
  return words.join(', ')
}

const secondsText = (ms: number): string => tickText(Math.floor(ms / 1_000) * 1_000)
const lengthOf = ({ from, to }: Bar): string => durationWords(((to ?? from) - from) / 1000)

function closedWords(kind: BarKind, length: string, { status }: Told): string {
  switch (kind) {
    case 'waiting':
      return `waited ${length}`
    case 'starting':
      return `container start ${length}`
    case 'merging':
      return status === 'completed' ? `merged in ${length}` : `${status} ${length} after its container ended`
    case 'running':
    case 'evidence':
      return `ran ${length}`
  }
}

function openWords({ kind, from }: Bar, { verdict }: Told): string {
  const since = `since ${secondsText(from)}`
  switch (kind) {
    case 'waiting':
      return `ready ${since}`
    case 'starting':
      return `container starting ${since}`
    case 'merging':
      return verdict === 'late' ? `no word ${since}, when its container ended` : `merging ${since}`
    case 'running':
    case 'evidence':
      return `running ${since}`
  }
}

function evidenceWords(bars: readonly Bar[]): string {
  const open = bars.filter(({ to }) => to === null).length
  if (bars.length > 1)
    return open === 0 ? plural(bars.length, 'container') : `${plural(bars.length, 'container')}, ${open} at work`
  const [bar] = bars
  if (!bar) return ''
  return bar.to === null
    ? `its container is at work since ${secondsText(bar.from)}`
    : `its container ran ${lengthOf(bar)}`
}
