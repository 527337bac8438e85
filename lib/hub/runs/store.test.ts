import { describe, expect, it } from 'vitest'
import { MemoryStore, type RunStore } from './store'

interface Run {
  runId: string
  bytes: number
}

const finished = (runId: string, bytes = 1_000): Run => ({ runId, bytes })
const key = (runId: string, backend = 'http://one') => ({ backend, runId })

/** The contract of every store, wherever it keeps the runs. */
function contract(name: string, make: (bounds?: { maxRuns?: number; maxBytes?: number }) => RunStore<Run>): void {
  describe(`the store contract: ${name}`, () => {
    it('gives back what was put, and nothing else', async () => {
      const store = make()
      const run = finished('r1')
      await store.put(key('r1'), run)
      expect(await store.get(key('r1'))).toEqual(run)
      expect(await store.get(key('r2'))).toBeUndefined()
    })

    it('forgets what is removed, and tells nobody', async () => {
      const store = make()
      const evicted: string[] = []
      store.onEvict(run => evicted.push(run.runId))
      await store.put(key('r1'), finished('r1'))
      await store.remove(key('r1'))
      await store.remove(key('r2'))
      expect(await store.get(key('r1'))).toBeUndefined()
      expect(evicted).toEqual([])
    })

    it('tells runs with one id on two backends apart', async () => {
      const store = make()
      await store.put(key('r1', 'http://one'), finished('r1', 1))
      await store.put(key('r1', 'http://two'), finished('r1', 2))
      expect((await store.get(key('r1', 'http://one')))?.bytes).toBe(1)
      expect((await store.get(key('r1', 'http://two')))?.bytes).toBe(2)
    })

    it('takes any text for an id', async () => {
      const store = make()
      for (const id of ['__proto__', 'constructor', '', 'a"b', 'ü\u0000']) await store.put(key(id), finished(id))
      expect((await store.get(key('__proto__')))?.runId).toBe('__proto__')
      expect((await store.get(key('')))?.runId).toBe('')
    })

    it('[SYNC-9.1] tells of each run that makes room, the longest unopened first', async () => {
      const store = make({ maxRuns: 3 })
      const evicted: string[] = []
      store.onEvict(run => evicted.push(run.runId))
      for (const id of ['a', 'b', 'c']) await store.put(key(id), finished(id))
      await store.get(key('a'))
      await store.put(key('d'), finished('d'))
      await store.put(key('e'), finished('e'))
      expect(evicted).toEqual(['b', 'c'])
      for (const id of ['a', 'd', 'e']) expect((await store.get(key(id)))?.runId).toBe(id)
    })

    it('[SAFE-5] stays within its bytes, and tells of a run that alone is too large', async () => {
      const store = make({ maxBytes: 100_000 })
      const evicted: string[] = []
      store.onEvict(run => evicted.push(run.runId))
      for (const id of ['a', 'b', 'c']) await store.put(key(id), finished(id, 40_000))
      expect(evicted).toEqual(['a'])
      await store.put(key('huge'), finished('huge', 500_000))
      expect(evicted).toContain('huge')
      expect(await store.get(key('huge'))).toBeUndefined()
    })
  })
}

contract('in memory', bounds => new MemoryStore<Run>(bounds))
