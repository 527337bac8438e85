import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { bundleProgram } from '../../testing/support/bundle'
import { parseTokens, tokenOf } from './tokens'

const program = await bundleProgram('lib/server/access/make-token.ts')
const run = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })

describe('npm run token', () => {
  it('[SAFE-3.19] shows the token once, and gives the line that makes it count, which does not hold it', () => {
    const { status, stdout, stderr } = run('ann', '--role', 'operator')
    const secret = /gt_\S+/.exec(stderr)?.[0] ?? ''
    expect(status).toBe(0)
    expect(stdout).not.toContain(secret)
    expect(tokenOf(parseTokens(stdout).tokens, secret)).toMatchObject({ name: 'ann', role: 'operator' })
  })

  it.each([
    [[]],
    [['ann']],
    [['ann', '--role', 'root']],
    [['a b', '--role', 'viewer']],
    [['ann', 'bob', '--role', 'viewer']],
  ])('says how it is used for %j', args => {
    const { status, stdout, stderr } = run(...args)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('npm run token -- <name> --role viewer|operator')
  })
})
