import { expect, it } from 'vitest'
import { containerFacts } from '../evidence/container-facts'
import { maskedObservation } from './masked-observation'
import { observation, type Message, type Observation, type MessageClaim } from '../observation'
import { SecretMask } from './secrets'
import { agent, T0 } from '../../testing/run/told-run'

const SECRET = 'ghp_aB3dE6gH9jK2mN5pQ8sTaB3dE6gH9jK2mN5p'
const LEFT = 'ghp_•••'

const message = (text: string, says: MessageClaim = { kind: 'line' }): Message => ({
  ...{ kind: 'message', connection: 1, index: 0, id: 'frame', at: 0, time: { ms: 0, ns: 0 }, live: true },
  ...{ says, stream: 'stdout', text },
})
const alone = (observation: Observation) => maskedObservation(observation, new SecretMask())

it.each<MessageClaim>([
  { kind: 'run-status', status: 'failed', error: SECRET },
  { kind: 'batch-status', id: 'b', name: 'B', status: 'failed', branch: 'x', error: SECRET },
  { kind: 'batch-error', error: SECRET },
  { kind: 'missing', error: SECRET },
  { kind: 'execution-failed', error: SECRET },
])('[SAFE-4.44] [SAFE-4.49] masks a line, and the error of $kind', says => {
  expect(alone(message(`failed: ${SECRET}`, says))).toEqual(
    message(`failed: ${LEFT}`, { ...says, error: LEFT } as MessageClaim),
  )
})

it('[SAFE-4.44] masks the errors of the history', () => {
  const batch = { id: 'b', name: 'B', status: 'failed', startedAt: 1, endedAt: 2, branch: 'x' }
  const history = (error: string): Observation => ({
    ...{ kind: 'history', at: 0, id: 'h', status: 'failed', dryRun: false, startedAt: 1, endedAt: 2, error },
    batches: [{ ...batch, error }],
  })
  expect(alone(history(SECRET))).toEqual(history(LEFT))
})

it('[RUN-3] [SAFE-4.48] leaves ids, names and branches, and whatever holds no secret is the very same', () => {
  const named = message('done', { kind: 'batch-start', tier: 2, name: SECRET })
  expect(alone(named)).toBe(named)
  const started: Observation = { kind: 'accepted', at: 0, spec: SECRET, dryRun: false }
  expect(alone(started)).toBe(started)
})

it('[SAFE-4] a private key in the lines of a connection ends with it', () => {
  const lines = new SecretMask()
  const body = 'MIIEowIBAAKCAQEAx7mYqF0yqY9wJ8pQ1v4mCkPj0z8m3yqX'
  const textOf = (text: string) => {
    const { text: found } = maskedObservation(message(text), lines) as Message
    return found
  }
  expect(['-----BEGIN PRIVATE KEY-----', body].map(textOf)).toEqual(['-----BEGIN PRIVATE KEY-----', '•••'])
  maskedObservation({ kind: 'opened', at: 1, connection: 2 }, lines)
  expect(textOf(body)).toBe(body)
})

it('[SAFE-4] [DOCK-9.12] masks what the Engine says went wrong with a container', () => {
  const shows = (error: string | null): Observation => ({
    ...{ kind: 'container', at: T0, batch: { id: 'a', by: 'tree' } },
    container: agent('1', { error }),
  })
  expect(alone(shows(`login with ${SECRET} failed`))).toEqual(shows(`login with ${LEFT} failed`))
  const none = shows(null)
  expect(alone(none)).toBe(none)
})

it('[DOCK-9.13] reads a container as an older recording has it', () => {
  const { stateWord: _w, startFailed: _f, error: _e, health: _h, restarted: _r, ...old } = agent('1')
  expect(containerFacts.parse(old)).toEqual(agent('1'))
  const told = { kind: 'container', at: T0, batch: { id: 'a', by: 'tree' }, container: old }
  expect(observation.parse(told)).toMatchObject({ container: { startFailed: false, error: null } })
})
