import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { securityHeaders } from './security-headers'

const site = { origin: 'http://localhost:4400', scripts: ['run()'], dev: false }
const policyOf = (changes: Partial<typeof site> = {}) => {
  const policy = securityHeaders({ ...site, ...changes }, 'abc=')['content-security-policy'] ?? ''
  return new Map(
    policy.split('; ').map(directive => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources]
    }),
  )
}

describe('[SAFE-2] the headers of every answer', () => {
  it('[SAFE-2.25] let no script run but what bears the nonce or is known by its hash', () => {
    const hash = createHash('sha256').update('run()').digest('base64')
    expect(policyOf().get('script-src')).toEqual(["'nonce-abc='", "'strict-dynamic'", `'sha256-${hash}'`])
    expect(securityHeaders(site, 'abc=')['content-security-policy']).not.toContain('unsafe')
  })

  it('[SAFE-2.26] [SAFE-2.27] let nothing else in, out or around the page', () => {
    const policy = policyOf()
    for (const name of ['default-src', 'base-uri', 'frame-ancestors']) expect(policy.get(name)).toEqual(["'none'"])
    expect(policy.get('form-action')).toEqual(["'self'"])
    expect(policy.get('connect-src')).toEqual(["'self'", 'ws://localhost:4400'])
    expect(policyOf({ origin: 'https://gt.example' }).get('connect-src')).toEqual(["'self'", 'wss://gt.example'])
  })

  it('loosen for hot reload alone', () => {
    expect(policyOf({ dev: true }).get('script-src')).toContain("'unsafe-eval'")
    expect(policyOf({ dev: true }).get('script-src')).not.toContain("'unsafe-inline'")
  })

  it('ask browsers to stay with https only where they came by it', () => {
    expect(securityHeaders(site, 'n')).not.toHaveProperty('strict-transport-security')
    expect(securityHeaders({ ...site, origin: 'https://gt.example' }, 'n')).toHaveProperty('strict-transport-security')
  })
})
