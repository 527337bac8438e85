import { describe, expect, it } from 'vitest'
import { someAgent } from '../../../lib/testing/run/documents'
import { countsOf, foldedOf } from './container-groups'

const agents = (count: number, changes: Parameters<typeof someAgent>[1]) =>
  Array.from({ length: count }, (_, n) => someAgent(`${n}${JSON.stringify(changes)}`, changes))

describe('the containers of the page', () => {
  it('[CONTAINERS-1.1] count once each, and sum to all', () => {
    const list = [
      ...agents(3, { stoppable: true, state: 'running', verdict: 'orphan' }),
      ...agents(2, { state: 'running' }),
      ...agents(4, { state: 'exited', exitCode: 0 }),
    ]
    expect(countsOf(list)).toEqual({ left: 3, atWork: 2, ended: 4 })
  })

  it('[CONTAINERS-1.3] fold where many ended ones agree', () => {
    const ended = (count: number) => agents(count, { state: 'exited', exitCode: 0, verdict: 'agrees' })
    const others = [
      ...agents(1, { state: 'running', verdict: 'agrees' }),
      ...agents(1, { state: 'exited', exitCode: 1, verdict: 'conflict' }),
    ]
    expect(foldedOf([...others, ...ended(7)]).folded).toEqual([])
    expect(foldedOf([...others, ...ended(8)]).shown).toEqual(others)
    expect(foldedOf([...others, ...ended(8)]).folded).toHaveLength(8)
    const killed = agents(9, { state: 'exited', exitCode: 137, verdict: 'agrees' })
    expect(foldedOf(killed).folded).toEqual([])
  })
})
