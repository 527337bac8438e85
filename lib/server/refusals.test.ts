import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from '../run/testing-error-words'
import { hubRefusals } from '../hub/refusals'
import { refusals } from './refusals'
import { asBrowser, rowsOf, type Case } from './testing-refusals'
import { httpCases } from './testing-refusals-http'
import { hubCases } from './testing-refusals-hub'

/** Meets a refusal, and says all that is wrong with it. */
async function faultsIn({ meet, says, noPage = false }: Case, status: string | undefined): Promise<string[]> {
  const asked = noPage ? [undefined] : [undefined, asBrowser.accept]
  const faults: string[] = []
  for (const accept of asked) {
    const met = await meet(accept)
    if (met.status !== status) faults.push(`has the status ${met.status} | ${met.error}`)
    faults.push(...faultsOf(met.error, says))
  }
  return faults
}

describe('refusals of the server’s own', () => {
  let met: Awaited<ReturnType<typeof httpCases>>
  beforeAll(async () => void (met = await httpCases()))
  afterAll(() => met.close())
  const rows = rowsOf('SAY-4')

  it('[SAY-4] all have a row', () => {
    expect([...rows.keys()].sort()).toEqual(Object.keys(refusals).sort())
    expect(Object.keys(met.cases).sort()).toEqual([...rows.keys()].sort())
  })

  it.each(Object.keys(refusals) as (keyof typeof refusals)[])('[SAY-4] %s', async key => {
    expect(await faultsIn(met.cases[key], rows.get(key))).toEqual([])
  })
})

describe('refusals of the hub', () => {
  let met: Awaited<ReturnType<typeof hubCases>>
  beforeAll(async () => void (met = await hubCases()))
  afterAll(() => met.close())
  const rows = rowsOf('SAY-5')

  it('[SAY-5] all have a row', () => {
    expect([...rows.keys()].sort()).toEqual(Object.keys(hubRefusals).sort())
    expect(Object.keys(met.cases).sort()).toEqual([...rows.keys()].sort())
  })

  it.each(Object.keys(hubRefusals) as (keyof typeof hubRefusals)[])('[SAY-5] %s', async key => {
    expect(await faultsIn(met.cases[key], rows.get(key))).toEqual([])
  })
})
