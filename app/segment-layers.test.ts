import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { someBatch } from '../lib/testing/run/documents'
import type { BatchStatus, Verdict } from '../lib/run/model'
import { claimLayers, seenLayers } from './segment-layers'

const statuses: BatchStatus[] = ['pending', 'running', 'completed', 'failed', 'aborted']
const claims = (...of: BatchStatus[]) => claimLayers(of.map((status, n) => someBatch(String(n), status)))
const verdicts = (...of: Verdict[]) => seenLayers(of.map((verdict, n) => someBatch(String(n), 'running', { verdict })))

/** Which share of the bar each part of a path covers. */
const partsOf = (path: string) =>
  [...path.matchAll(/M(\S+) 0H([\d.e-]+)V1H(\S+?)z/g)].map(([, from, to]) => [Number(from), Number(to)] as const)

describe('[PAGE-3.5] the picture of the batches', () => {
  it('merges neighbours of one status, and keeps plan order', () => {
    expect(claims('completed', 'completed', 'running', 'completed')).toEqual([
      { kind: 'completed', path: 'M0 0H0.5V1H0zM0.75 0H1V1H0.75z' },
      { kind: 'running', path: 'M0.5 0H0.75V1H0.5z' },
    ])
    expect(claims()).toEqual([])
  })

  it('shows what does not fit, and nothing where nothing was seen', () => {
    expect(verdicts('ghost', 'conflict', 'orphan', 'late', 'unknown').map(({ kind }) => kind)).toEqual([
      'late',
      'ghost',
      'off',
    ])
    expect(verdicts('unknown', 'agrees')).toEqual([])
  })

  it('never loses a failed batch among thousands, and draws it above its neighbours', () => {
    const layers = claims(...Array<BatchStatus>(2_999).fill('completed'), 'failed')
    expect(layers.at(-1)?.kind).toBe('failed')
    const [[from, to] = [0, 0]] = partsOf(layers.at(-1)?.path ?? '')
    expect(to - from).toBeCloseTo(1 / 300)
    expect(to).toBe(1)
  })

  it('gives every status its share of the bar', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...statuses), { minLength: 1, maxLength: 250 }), of => {
        const layers = claims(...of)
        for (const status of statuses) {
          const parts = partsOf(layers.find(({ kind }) => kind === status)?.path ?? '')
          const covered = parts.reduce((sum, [from, to]) => sum + to - from, 0)
          const share = of.filter(each => each === status).length / of.length
          if (status === 'failed' || status === 'aborted') expect(covered).toBeGreaterThanOrEqual(share - 0.003)
          else expect(covered).toBeCloseTo(share, 2)
        }
      }),
    )
  })
})
