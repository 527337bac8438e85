import type { Finding, FindingKind } from './model'

const MAX_FINDINGS = 100

/** A finding without a batch, a container and a time. */
export const noted = (kind: FindingKind, text: string): Finding => ({
  kind,
  text,
  at: null,
  batchId: null,
  containerId: null,
})

/** The first `MAX_FINDINGS` findings, and one that says how many more there are [SAFE-5]. */
export function boundedFindings(findings: readonly Finding[]): Finding[] {
  if (findings.length <= MAX_FINDINGS) return [...findings]
  const more = findings.length - MAX_FINDINGS
  return [
    ...findings.slice(0, MAX_FINDINGS),
    noted('more', `${more.toLocaleString('en')} more findings are not listed.`),
  ]
}
