import { describe, expect, it } from 'vitest'
import { linkState } from '../../../lib/run/model'
import { firstSteps } from './first-steps'

describe('the first steps', () => {
  it('[FLEET-5.2] are done as far as both sources are heard', () => {
    expect(firstSteps({ backend: 'live', docker: 'live' }, false)).toEqual({
      ...{ backend: 'done', docker: 'done', start: 'next' },
    })
    expect(firstSteps({ backend: 'live', docker: 'off' }, false)).toEqual({
      ...{ backend: 'done', docker: 'left', start: 'next' },
    })
    expect(firstSteps({ backend: 'live', docker: 'down' }, false)).toEqual({
      ...{ backend: 'done', docker: 'next', start: 'later' },
    })
    expect(firstSteps({ backend: 'down', docker: 'live' }, false)).toEqual({
      ...{ backend: 'next', docker: 'done', start: 'later' },
    })
  })

  it('[FLEET-5.2] have exactly one that is next, and none where the page knows nothing current', () => {
    for (const backend of linkState.options)
      for (const docker of linkState.options) {
        const next = (stale: boolean) => {
          const steps = firstSteps({ backend, docker }, stale)
          return [steps.backend, steps.docker, steps.start].filter(state => state === 'next').length
        }
        expect([next(false), next(true)]).toEqual([1, 0])
      }
  })
})
