import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentCodec } from '../../../sync/state-codec'
import { apply } from '../../../sync/document'
import { diffOfDocument } from '../../../sync/state-schemas'
import { parseJson } from '../../../sync/json'
import { often } from '../../support/often'
import { isNoticed } from '../../support/planted-fault'
import { Server } from './page-server'
import { PERFECT_NETWORK, PageSimulation as PageWorld, type Fault } from './pages'
import { applyTo, is, page, skew, networkConditions, type PageAction } from './page-actions'

type World = PageWorld<Server>

/** The possible actions on the simulation; pages are identified by number. */
type WorldAction =
  | { do: 'edit'; how: number; announced: boolean }
  | { do: 'write'; lines: number }
  | { do: 'reset' | 'evict' | 'return' }
  | { do: 'restart'; down: number; skew: number; noticed: boolean }
  | { do: 'pass'; ms: number }
  | { do: 'visit'; skew: number; ms: number }
type Action = WorldAction | PageAction

const change: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: is('edit'), how: fc.nat({ max: 200 }), announced: fc.boolean() }),
  fc.record({ do: is('write'), lines: fc.integer({ min: 1, max: 60 }) }),
)
const pass: fc.Arbitrary<Action> = fc.record({ do: is('pass'), ms: fc.constantFrom(10, 60, 900, 6_000, 20_000) })
const visit: fc.Arbitrary<Action> = fc.record({ do: is('visit'), skew, ms: fc.constantFrom(0, 300, 4_000) })
const cut: fc.Arbitrary<Action> = fc.record({ do: is('cut'), page, noticed: fc.boolean() })
const mishap: fc.Arbitrary<Action> = fc.oneof(
  cut,
  fc.record({ do: is('reset', 'evict', 'return') }),
  fc.record({ do: is('restart'), down: fc.constantFrom(0, 2_000, 15_000), skew, noticed: fc.boolean() }),
  fc.record({ do: is('leave'), page }),
  fc.record({ do: is('jam', 'drain', 'sleep'), page }),
  fc.record({ do: is('wake'), page, bufferFirst: fc.boolean() }),
  fc.record({ do: is('set clock'), page, skew }),
  fc.record({ do: is('network conditions'), page, networkConditions }),
)
/** Sequences that are rare by chance alone: a sleep in which the connection dies, and a short time of bad network conditions. */
const nap: fc.Arbitrary<Action[]> = fc
  .tuple(page, change, fc.boolean())
  .map(([page, change, bufferFirst]) => [
    { do: 'sleep', page },
    { do: 'pass', ms: 6_000 },
    { do: 'cut', page, noticed: false },
    change,
    { do: 'pass', ms: 20_000 },
    { do: 'wake', page, bufferFirst },
  ])
const spell: fc.Arbitrary<Action[]> = fc
  .tuple(page, networkConditions, fc.array(fc.oneof(change, pass, mishap), { minLength: 1, maxLength: 4 }))
  .map(([page, networkConditions, actions]) => [
    { do: 'network conditions', page, networkConditions: networkConditions },
    ...actions,
    { do: 'network conditions', page, networkConditions: PERFECT_NETWORK },
  ])
const one = (action: fc.Arbitrary<Action>) => action.map(only => [only])
const story = fc.record({
  seed: fc.nat(),
  actions: fc
    .array(fc.oneof(one(change), one(change), one(pass), one(pass), one(mishap), one(visit), nap, spell), {
      minLength: 5,
      maxLength: 30,
    })
    .map(parts => parts.flat()),
})
const calmStory = fc.record({
  seed: fc.nat(),
  actions: fc.array(fc.oneof(change, pass, visit), { minLength: 5, maxLength: 30 }),
})

async function perform(simulation: World, action: Action): Promise<void> {
  const { server, pages } = simulation
  if ('page' in action) {
    const meant = [...pages][action.page % Math.max(1, pages.size)]
    if (meant) applyTo(meant, action, simulation)
    return
  }
  switch (action.do) {
    case 'edit':
      server.edit(action.how, action.announced)
      break
    case 'write':
      server.write(action.lines)
      break
    case 'reset':
      server.renew()
      break
    case 'evict':
      server.evict()
      break
    case 'return':
      server.bringBack()
      break
    case 'restart':
      server.stop(action.noticed)
      await simulation.pass(action.down)
      server.skew = action.skew
      server.start()
      break
    case 'pass':
      await simulation.pass(action.ms)
      break
    case 'visit':
      if (pages.size < 3) await simulation.visit(action.skew, action.ms)
      break
  }
}

/** Plays the story, then a quiet minute; after that every page must show the server's state. */
async function play({ seed, actions }: { seed: number; actions: Action[] }, fault?: Fault): Promise<World> {
  const simulation = new PageWorld(seed, fault ?? {}, simulation => new Server(simulation))
  await simulation.visit(0, 0)
  for (const action of actions) {
    await perform(simulation, action)
    // Pages paint at any time, in particular between two actions.
    for (const each of simulation.pages) each.paint()
  }
  for (const each of simulation.pages) {
    each.networkConditions = PERFECT_NETWORK
    each.wake(true)
    if (each.link) simulation.server.drained(each.link)
  }
  simulation.server.bringBack()
  await simulation.pass(60_000)
  for (const each of simulation.pages) each.expectCurrent()
  return simulation
}

/** How many stories are played. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? often(150, 3_000))

const playStory = (fault?: Fault) =>
  fc.asyncProperty(story, async told => {
    await play(told, fault)
  })

/** Without faults a page asks once for each scope and never becomes unsure again. */
const playCalmly = (fault?: Fault) =>
  fc.asyncProperty(calmStory, async told => {
    const simulation = await play(told, fault)
    for (const { asks, connections } of simulation.pages) expect([asks, connections]).toEqual([2, 1])
  })

describe('any story', () => {
  it('[SYNC-10.1] has no page that says live and shows what the server did not hold in the last 10 s', async () => {
    await fc.assert(playStory(), { numRuns: RUNS })
  }, 600_000)

  it('[SYNC-3] in which nothing goes wrong has no page that must ask twice', async () => {
    await fc.assert(playCalmly(), { numRuns: RUNS })
  }, 600_000)

  it('shows pages that are live most of the time, so that the above says something', async () => {
    let [live, all] = [0, 0]
    for (const told of fc.sample(story, { numRuns: 100, seed: 1 })) {
      const { pictures } = await play(told)
      live += pictures.live
      all += pictures.all
    }
    expect(live / all).toBeGreaterThan(0.5)
  }, 600_000)
})

/** Each with the path of a story that detects it. */
const faults: Record<string, Fault & { pin: string }> = {
  '[SYNC-1.3] a page that skips the check of the epoch': {
    pin: '199',
    hears: (heard, { epoch }) => (heard.event === 'push' ? { ...heard, message: { ...heard.message, epoch } } : heard),
  },
  '[SYNC-1.5] a page that skips the check of where a push starts': {
    pin: '38',
    hears: (heard, { version }) =>
      heard.event === 'push' && heard.message.to > version
        ? { ...heard, message: { ...heard.message, from: version } }
        : heard,
  },
  '[SYNC-2.4] a server that uses an epoch again after a restart': { pin: '2', incarnation: 'always the same' },
  '[SYNC-2.1] a server that leaves out steps that it can not find': {
    pin: '66',
    isAnswered: (answer, { version }) =>
      answer.kind === 'diffs' && answer.steps.length > 1
        ? { ...answer, steps: answer.steps.slice(-1).map(step => ({ ...step, from: version })) }
        : answer,
  },
  '[SYNC-6.4] a page that believes what has lain in the buffer while it slept': {
    pin: '4',
    hears: (heard, _stamp, now) => (heard.event === 'beat' ? { ...heard, message: { ...heard.message, now } } : heard),
  },
  '[SYNC-6.2] a page that takes any beat for a good one': {
    pin: '157',
    hears: (heard, { version }) =>
      heard.event === 'beat' && heard.message.digest === null
        ? { ...heard, message: { ...heard.message, version } }
        : heard,
  },
  '[SYNC-6.4] a page that paints without looking at the clock': { pin: '2', neverLooks: true },
  '[SYNC-10.4] a page that does not notice that its clock was set': { pin: '162', ignoresClockSet: true },
  '[SYNC-7.2] a page that takes the answer to any question for the answer to its last': {
    pin: '323',
    takesAnyAnswer: true,
  },
  '[SYNC-1.2] a diff that forgets what was removed': {
    pin: '30',
    body: {
      ...documentCodec,
      apply: (state, text) => {
        const { removed: _forgotten, ...rest } = diffOfDocument.parse(parseJson(text))
        return apply(state, rest)
      },
    },
  },
}

describe('the oracle', () => {
  for (const [name, fault] of Object.entries(faults)) {
    it(`notices ${name}`, async () => {
      expect(await isNoticed(name, playStory(fault), fault.pin, 3_000)).toBe(true)
    }, 600_000)
  }

  it('notices [SYNC-3.1] a server that joins after it has answered', async () => {
    expect(await isNoticed('joins late', playCalmly({ joinsLateBy: 100 }), '9', RUNS)).toBe(true)
  }, 600_000)
})
