import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from '../../testing/support/error-words'
import { subscribeErrors } from '../../sync/messages'
import { hubRefusals } from '../../hub/api/refusals'
import { connectRefusals, handshakeRefusals, refusals } from './refusals'
import { demoRefusals } from '../../reference-backend/command-line'
import { variables } from '../config'
import { programRefusals } from '../program-refusals'
import { asBrowser, rowsOf, type Case } from '../../testing/server/refusals/cases'
import { httpCases } from '../../testing/server/refusals/http-cases'
import { hubCases } from '../../testing/server/refusals/hub-cases'
import { programCases } from '../../testing/server/refusals/program-cases'
import { socketCases } from '../../testing/server/refusals/socket-cases'

/** How long servers and programs may take to start on a busy machine, ms. */
const PATIENCE = 120_000

/** Provokes a refusal, and returns everything that is wrong with it. */
async function faultsIn({ meet, says, noPage = false, isWord = false }: Case, status: string | undefined) {
  const asked = noPage ? [undefined] : [undefined, asBrowser.accept]
  const faults: string[] = []
  for (const accept of asked) {
    const met = await meet(accept)
    if (met.status !== status) faults.push(`has the status ${met.status} | ${met.error}`)
    if (!isWord) faults.push(...faultsOf(met.error, says))
    else if (!says.what.test(met.error)) faults.push(`is ${met.error}`)
  }
  return faults
}

describe('[SAY-1.9] [SAY-2.1] [SAY-2.2] [SAY-2.3] [SAY-3.4] refusals of the server’s own', () => {
  let met: Awaited<ReturnType<typeof httpCases>>
  beforeAll(async () => void (met = await httpCases()), PATIENCE)
  afterAll(() => met.close())
  const rows = rowsOf('SAY-4')

  it('[SAY-4.2] all have a row', () => {
    expect([...rows.keys()].sort()).toEqual(Object.keys(refusals).sort())
    expect(Object.keys(met.cases).sort()).toEqual([...rows.keys()].sort())
  })

  it.each(Object.keys(refusals) as (keyof typeof refusals)[])(
    '[SAY-4.2] [SAY-4.3] [SAY-4.4] %s',
    async key => {
      expect(await faultsIn(met.cases[key], rows.get(key))).toEqual([])
    },
    PATIENCE,
  )
})

describe('[SAY-5] refusals of the hub', () => {
  let met: Awaited<ReturnType<typeof hubCases>>
  beforeAll(async () => void (met = await hubCases()), PATIENCE)
  afterAll(() => met.close())
  const rows = rowsOf('SAY-5')

  it('[SAY-5.2] all have a row', () => {
    expect([...rows.keys()].sort()).toEqual(Object.keys(hubRefusals).sort())
    expect(Object.keys(met.cases).sort()).toEqual([...rows.keys()].sort())
  })

  it('[SAY-2.4] [SAY-5.4] none repeats a path that is in the error of the system', () => {
    const fault = Object.assign(new Error('EACCES: permission denied, open /srv/data/x.jsonl'), { code: 'EACCES' })
    const { recordingUnreadable, importsUnwritable, unplayable } = hubRefusals
    for (const made of [recordingUnreadable(fault), importsUnwritable(fault), unplayable(fault)])
      expect(made.message).not.toMatch(/srv|x\.jsonl/)
  })

  it.each(Object.keys(hubRefusals) as (keyof typeof hubRefusals)[])(
    '[SAY-5.2] [SAY-5.3] [SAY-5.4] %s',
    async key => {
      expect(await faultsIn(met.cases[key], rows.get(key))).toEqual([])
    },
    PATIENCE,
  )
})

describe('[SAY-7] refusals of the sockets', () => {
  let met: Awaited<ReturnType<typeof socketCases>>
  beforeAll(async () => void (met = await socketCases()), PATIENCE)
  afterAll(() => met.close())
  const rows = rowsOf('SAY-7')
  const keys = [...Object.keys(handshakeRefusals), ...Object.keys(connectRefusals), ...subscribeErrors]

  it('[SAY-7.1] none of a handshake has more than 200 characters', () => {
    for (const message of Object.values(handshakeRefusals)) expect(message.length).toBeLessThanOrEqual(200)
  })

  it('[SAY-7.4] all have a row', () => {
    expect([...rows.keys()].sort()).toEqual([...keys].sort())
    expect(Object.keys(met.cases).sort()).toEqual([...rows.keys()].sort())
  })

  it.each(Object.entries(Object.fromEntries(rows)))(
    '[SAY-7.1] [SAY-7.2] [SAY-7.3] %s',
    async (key, status) => {
      const refusal = new Map<string, Case>(Object.entries(met.cases)).get(key)
      expect(refusal && (await faultsIn(refusal, status))).toEqual([])
    },
    PATIENCE,
  )
})

describe('[SAY-6] refusals of the commands', () => {
  let met: Awaited<ReturnType<typeof programCases>>
  beforeAll(async () => void (met = await programCases()), PATIENCE)
  afterAll(() => met.close())
  const rows = rowsOf('SAY-6')
  const keys = [
    ...Object.keys(programRefusals).map(key => `command ${key}`),
    ...[...variables, 'build'].map(key => `start ${key}`),
    ...Object.keys(demoRefusals).map(key => `demo ${key}`),
  ]

  it('[SAY-6.2] [SAY-6.4] all have a row', () => {
    expect([...rows.keys()].sort()).toEqual([...keys].sort())
    expect(Object.keys(met.cases).sort()).toEqual([...rows.keys()].sort())
  })

  // Each test waits for a process of its own.
  it.concurrent.each(keys)(
    '[SAY-6.1] %s',
    async key => {
      const refusal = met.cases[key]
      expect(refusal && (await faultsIn(refusal, rows.get(key)))).toEqual([])
    },
    PATIENCE,
  )
})

describe('no other place makes one', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const product = ['app', 'lib', 'server.ts']
    .flatMap(name =>
      name.includes('.')
        ? [name]
        : readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }).map(path => join(name, path)),
    )
    .filter(path => /\.tsx?$/.test(path) && !/\.test\.|testing|reference-backend/.test(path))

  it.each([
    ['[SAY-4.1] Refused', /new Refused\(/, ['lib/server/http/refusals.ts']],
    ['[SAY-4.1] an answer of its own', /writeHead\(\s*[45]\d\d|statusCode = [45]\d\d/, []],
    ['[SAY-5.1] HubError', /new HubError\(/, ['lib/hub/api/refusals.ts']],
    ['[SAY-6.3] ProgramError', /new ProgramError\(/, ['lib/server/program-refusals.ts']],
  ])('%s', (_, made, places) => {
    expect(product.length).toBeGreaterThan(200)
    expect(product.filter(path => made.test(readFileSync(join(root, path), 'utf8')))).toEqual(places)
  })
})
