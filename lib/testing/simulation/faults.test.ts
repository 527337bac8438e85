import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { play, stories, type Story } from './actions'
import { faultPins } from './pins/fault-pins'
import { faults } from './faults'
import { printed, shrunk, wrongIn, type Telling } from './shrink'

vi.mock('ws', async () => ({ WebSocket: (await import('./simulated-network')).SimulatedSocket }))
vi.mock('../../run/view', async view => (await import('../run/checked-view')).checkedView(await view()))
vi.mock('node:timers/promises', async () => ({ setTimeout: (await import('./virtual-time')).sleep }))
vi.mock('../../backend/request', async original => ({
  ...(await original<object>()),
  request: (await import('./simulated-network')).simulatedRequest,
}))

/** If a pin no longer shows its fault: how many stories are searched, and how long a found story is shortened; ms. */
const SEARCHED = 200
const SHRINKS_FOR = 60_000
const PATIENCE = 600_000

describe('the oracle of the whole', () => {
  for (const [name, fault] of Object.entries(faults)) {
    it(
      `notices ${name}`,
      async () => {
        const tell: Telling = story => play(story, fault)
        const pin = faultPins[name]
        if (pin && (await showsFault(pin, tell))) return
        const found = await search(tell)
        expect(found).not.toBeNull()
        if (found) console.log(`The pin of this fault shows it no more. Pin instead:\n'${name}': ${printed(found)},`)
      },
      PATIENCE,
    )
  }
})

/** The story fails with the fault, and only because of it. */
async function showsFault(story: Story, tell: Telling): Promise<boolean> {
  return (await wrongIn(tell, story)) !== null && (await wrongIn(play, story)) === null
}

async function search(tell: Telling): Promise<Story | null> {
  const property = fc.asyncProperty(stories(200), async story => {
    await tell(story)
  })
  const { counterexample } = await fc.check(property, { seed: 1, numRuns: SEARCHED, endOnFailure: true })
  return counterexample ? shrunk(counterexample[0], tell, SHRINKS_FOR) : null
}
