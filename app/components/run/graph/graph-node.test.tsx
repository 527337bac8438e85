import type { ComponentProps } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'
import { LiveProvider } from '../../../../lib/client/live'
import type { Batch, Container } from '../../../../lib/run/model'
import { someBatch } from '../../../../lib/testing/run/documents'
import { GraphNode } from './graph-node'

const container = (changes: Partial<Container>): Container => ({
  ...{ id: 'a'.repeat(64), name: 'ckrv-a', state: 'running', stateWord: null, startFailed: false, removed: false },
  ...{ exitCode: null, error: null, oomKilled: false, timedOut: false, health: null, restarted: null },
  ...{ startedAt: null, finishedAt: null },
  ...changes,
})

const props: Omit<ComponentProps<typeof GraphNode>, 'batch'> = {
  ...{ x: 0, y: 0, level: 'all', position: 1, setSize: 1, needs: '', critical: false, relation: null },
  ...{ isCurrent: false, over: false, maybeCompleted: false, frozenAt: null, clockOffset: 0, docker: 'live' },
  ...{ word: undefined, isFaded: false, onPick: () => undefined },
}

function seen(changes: Partial<Batch>): string | undefined {
  const html = renderToString(
    <LiveProvider initialNow="2026-01-15T14:00:00.000Z">
      <GraphNode {...props} batch={someBatch('a', 'running', changes)} />
    </LiveProvider>,
  )
  return /data-seen="(\w+)"/.exec(html)?.[1]
}

it.each<[string, Partial<Container>, string | undefined]>([
  ['running', { state: 'running' }, 'running'],
  ['paused', { state: 'paused' }, 'running'],
  ['exited', { state: 'exited' }, 'ended'],
  ['removed', { state: 'running', removed: true }, 'ended'],
  ['created', { state: 'created' }, undefined],
  ['created whose start failed', { state: 'created', startFailed: true }, 'ended'],
])('[PAGE-6.9] a node draws what Docker showed of a container that is %s', (_, changes, drawn) => {
  expect(seen({ container: container(changes) })).toBe(drawn)
})

it('[PAGE-6.9] a node draws that a container is missing, and nothing where none is needed', () => {
  expect(seen({ verdict: 'ghost' })).toBe('none')
  expect(seen({})).toBeUndefined()
})
