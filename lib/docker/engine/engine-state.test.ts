import { describe, expect, it } from 'vitest'
import { inspection, listed, parseEvent } from './answers'
import { errorOf, healthOf, stateOf } from './engine-state'
import { idOf } from '../../testing/docker/fixtures'

const NOTHING = {}
const inspected = (State: object, more: object = {}) =>
  inspection.parse({ Id: idOf(1), Name: '/ckrv-1', State, Config: {}, ...more })
const inList = (State?: string) => listed.parse({ Id: idOf(1), Created: 1, ...(State !== undefined && { State }) })

describe('the state of a container', () => {
  it.each([
    ['created', 'created'],
    ['running', 'running'],
    ['paused', 'paused'],
    ['restarting', 'restarting'],
    ['removing', 'removing'],
    ['exited', 'exited'],
    ['dead', 'dead'],
    ['configured', 'created'],
    ['initialized', 'created'],
    ['stopping', 'running'],
    ['stopped', 'exited'],
    ['Running', 'running'],
    [' PAUSED ', 'paused'],
    ['Initialized', 'created'],
  ])('[DOCK-9.8] told as “%s” is %s, in an inspection as in a list', (word, state) => {
    expect(stateOf(word, NOTHING)).toEqual({ state, stateWord: null })
    expect(inspected({ Status: word })).toMatchObject({ state, stateWord: null })
    expect(inList(word)).toMatchObject({ state, stateWord: null })
  })

  it.each([
    [{ Running: true }, 'running'],
    [{ Running: true, Paused: true }, 'paused'],
    [{ Running: true, Restarting: true }, 'restarting'],
    [{ Running: false, Dead: true }, 'dead'],
    [{ Running: false }, 'exited'],
    [NOTHING, 'exited'],
    [{ Running: null, Paused: null }, 'exited'],
  ])('[DOCK-9.10] told in a word that is not known is guessed from the flags %o: %s', (flags, state) => {
    expect(inspected({ Status: 'hibernating', ...flags })).toMatchObject({ state, stateWord: 'hibernating' })
    expect(inspected(flags)).toMatchObject({ state, stateWord: 'none' })
  })

  it.each(['__proto__', 'constructor', 'toString', 'unknown', '', '<b>x</b>', '\u202egnp.exe', 'x'.repeat(10_000)])(
    '[DOCK-9.10] [SAFE-4] keeps letters and digits of the word “%s”, at most 32',
    word => {
      const { state, stateWord } = stateOf(word, { Running: true })
      expect(state).toBe('running')
      expect(stateWord).toMatch(/^[a-z0-9_-]{1,32}$/)
      expect(inList(word).stateWord).toBe(stateWord)
    },
  )

  it('[DOCK-9.10] runs until an inspection tells, where a list names none', () => {
    expect(inList()).toMatchObject({ state: 'running', stateWord: 'none' })
  })
})

describe('the health of a container', () => {
  it.each([
    ['starting', 'starting'],
    ['healthy', 'healthy'],
    ['unhealthy', 'unhealthy'],
    ['Unhealthy', 'unhealthy'],
    ['none', null],
    ['', null],
    ['ailing', null],
    [null, null],
    [undefined, null],
  ])('[DOCK-9.7] told as “%s” is %s', (word, health) => {
    expect(healthOf(word)).toBe(health)
    expect(inspected({ Status: 'running', Health: { Status: word } }).health).toBe(health)
  })

  it.each([
    ['health_status: unhealthy', {}, 'unhealthy'],
    ['health_status:healthy', {}, 'healthy'],
    ['health_status', { health_status: 'starting' }, 'starting'],
    ['health_status', {}, undefined],
    ['health_status: ailing', {}, undefined],
  ])('[DOCK-9.7] is told by the event “%s” %o', (Action, attributes, health) => {
    const told = { Action, Actor: { ID: idOf(1), Attributes: { name: 'ckrv-1', ...attributes } }, timeNano: 5 }
    expect(parseEvent(JSON.stringify(told))).toMatchObject({ action: 'health_status', health })
  })
})

describe('the error of a container', () => {
  const SECRET = 'sk-ant-api03-aB3dE6gH9jK2mN5pQ8sT'

  it.each([
    ['', null],
    [' \n ', null],
    [null, null],
    [undefined, null],
    [
      'exec: "/no/such/binary": stat /no/such/binary: no such file',
      'exec: "/no/such/binary": stat /no/such/binary: no such file',
    ],
    ['exec: "/usr/bin/env": permission denied: unknown', 'exec: "/usr/bin/env": permission denied: unknown'],
    ['/opt/environment/run: not found', '/opt/environment/run: not found'],
    ['exec: "x": executable file not found in $PATH', 'exec: "x": executable file not found in $PATH'],
    ['two\r\nlines\u0007\u001b[31m', 'two lines [31m'],
    [`login with ${SECRET} failed`, 'login with sk-ant-••• failed'],
    ['mount https://u:hunter22@host failed', 'mount https://u:•••@host failed'],
  ])('[DOCK-9.12] %o is told as %o', (text, told) => {
    expect(errorOf(text)).toBe(told)
    expect(inspected({ Status: 'created', Error: text }).error).toBe(told)
  })

  it.each([
    'bad entry API_TOKEN=plain words of a secret: no such file',
    'invalid environment variable: "plain words of a secret"',
    'environment variable "=plain words of a secret" has empty name',
    'environ [plain words of a secret]',
    'process env: {"A": "plain words of a secret"}',
    'Env:[A=plain B=words of a secret]',
    'ENV "plain words of a secret"',
    'a=1\nplain words of a secret',
  ])('[DOCK-9.12] [DOCK-6] carries no entry of the environment: %o', text => {
    const told = errorOf(text) ?? ''
    expect(told).toMatch(/•••$/)
    expect(told).not.toMatch(/plain|words|secret/)
  })

  it('[DOCK-9.12] [SAFE-5] is cut to 1,000 characters, after it was masked', () => {
    const told = errorOf(`${'x'.repeat(990)} ${SECRET} ${'😀'.repeat(100_000)}`) ?? ''
    expect(told.length).toBeLessThanOrEqual(1_001)
    expect(told).not.toContain('aB3d')
    expect(told.isWellFormed()).toBe(true)
    expect(errorOf('😀'.repeat(2_000))?.isWellFormed()).toBe(true)
  })
})

it('[DOCK-9.4] reads how often a container was restarted', () => {
  expect(inspected({ Status: 'running' }, { RestartCount: 5 }).restarts).toBe(5)
  expect(inspected({ Status: 'running' }).restarts).toBe(0)
})
