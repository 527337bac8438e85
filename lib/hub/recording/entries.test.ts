import { expect, it } from 'vitest'
import { entry, readLine } from './entries'

const long = 'x'.repeat(15_000_000)
const message = {
  ...{ kind: 'message', connection: 1, index: 0, id: 'm', at: 1, time: { ms: 1, ns: 0 }, live: false },
  ...{ stream: 'stdout', text: long },
}
const batch = { id: long, name: long, dependsOn: [long], completed: false, running: false, branch: long }

it.each([
  ['a line of the stream', { kind: 'observed', fresh: true, observation: { ...message, says: { kind: 'line' } } }],
  [
    'an error of a batch',
    { kind: 'observed', fresh: true, observation: { ...message, says: { kind: 'batch-error', error: long } } },
  ],
  ['a line of a container', { kind: 'output', container: 'c', batch: 'b', at: null, stream: 'stdout', text: long }],
  ['a word of our own', { kind: 'note', at: 1, text: long }],
  [
    'a plan',
    {
      kind: 'observed',
      fresh: false,
      observation: { kind: 'plan', at: 1, spec: long, shared: false, batches: [batch] },
    },
  ],
])('[SAFE-5.1] %s in a recording of anybody’s is kept as far as any', (_, told) => {
  const read = readLine(entry, JSON.stringify(told))
  expect(read).not.toBeNull()
  expect(JSON.stringify(read).length).toBeLessThan(90_000)
})

it('[SAFE-5.5] a line that is made of more values than any is none', () => {
  const links = { docker: { lists: Array.from({ length: 60_000 }, () => []) } }
  expect(readLine(entry, JSON.stringify({ kind: 'exported', at: 1, links }))).toBeNull()
  expect(readLine(entry, JSON.stringify({ kind: 'note', at: 1, text: 'x', y: '[],'.repeat(60_000) }))).not.toBeNull()
})
