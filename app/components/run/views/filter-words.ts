import type { Batch, BatchStatus } from '../../../../lib/run/model'
import { plural, statusWord } from '../../../labels'

interface Filtered {
  batches: readonly Pick<Batch, 'id' | 'status'>[]
  filter: BatchStatus
  /** The id of the open batch. */
  picked: string | null
  over: boolean
  /** The statuses are only last known. */
  old: boolean
  /** What becomes of the others. */
  others: 'hidden' | 'faded'
}

/** How many batches of how many a view shows under a filter: `3 of 14 batches are waiting; the others are hidden.` [PAGE-15.4] */
export function filterText({ batches, filter, picked, over, old, others }: Filtered): string {
  const count = batches.filter(({ status }) => status === filter).length
  const opened = batches.find(({ id }) => id === picked)
  const isExtra = opened !== undefined && opened.status !== filter
  const word = `${statusWord(filter, over)}${old ? ', as last known' : ''}`
  const of = plural(batches.length, 'batch')
  const said = filter === 'pending' && over ? '' : count === 1 ? 'is ' : 'are '
  const first = count === 0 ? `None of ${of} ${said === '' ? '' : 'is '}${word}` : `${count} of ${of} ${said}${word}`
  if (count + Number(isExtra) === batches.length) return `${first}.`
  return `${first}; the others are ${others}${isExtra ? ', except the open one' : ''}.`
}
