import { expect, it } from 'vitest'
import { createAudit } from './audit'
import { createLog } from './log'

const ann = { name: 'ann', role: 'operator', canSignOut: true } as const

function written(level: 'info' | 'silent') {
  const lines: string[] = []
  const audit = createAudit(createLog(level, { write: text => lines.push(text) }))
  audit({
    context: { person: ann, address: '10.0.0.9', knownBy: 'session' },
    action: 'stop run',
    outcome: 'done',
    facts: { runId: 'r1' },
  })
  audit({ context: { person: undefined, address: '10.0.0.9' }, action: 'sign in', outcome: 'refused', facts: {} })
  return lines.map(line => JSON.parse(line) as unknown)
}

it.each(['info', 'silent'] as const)(
  '[SAFE-3.36] [SAFE-3.37] says who did what, and what came of it, at LOG_LEVEL %s',
  level => {
    expect(written(level)).toEqual([
      expect.objectContaining({
        audit: true,
        who: 'ann',
        knownBy: 'session',
        role: 'operator',
        action: 'stop run',
        runId: 'r1',
        outcome: 'done',
      }),
      expect.objectContaining({ audit: true, who: '10.0.0.9', action: 'sign in', outcome: 'refused' }),
    ])
  },
)

it('a name that looks like a line of the log stays inside its own', () => {
  const lines: string[] = []
  const audit = createAudit(createLog('info', { write: text => lines.push(text) }))
  const person = { ...ann, name: 'ann"}\n{"audit":true,"who":"root"}' }
  audit({ context: { person, address: '' }, action: 'start run', outcome: 'done', facts: { spec: '\n{"level":60}' } })
  expect(lines.join('').trimEnd().split('\n')).toHaveLength(1)
})
