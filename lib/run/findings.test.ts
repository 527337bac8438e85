import { expect, it } from 'vitest'
import { boundedFindings, noted } from './findings'

it('[SAFE-5.92] [SAFE-5.41] [SAFE-5.45] a hundred findings are listed; of more it is said how many', () => {
  const findings = Array.from({ length: 1_234 }, (_, index) => noted('unclaimed', String(index)))
  expect(boundedFindings(findings.slice(0, 100))).toEqual(findings.slice(0, 100))
  const shown = boundedFindings(findings)
  expect(shown.slice(0, 100)).toEqual(findings.slice(0, 100))
  expect(shown.slice(100)).toMatchObject([{ kind: 'more', text: '1,134 more findings are not listed.' }])
})
