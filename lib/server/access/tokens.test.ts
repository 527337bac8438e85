import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maySee, roles } from './person'
import { holderOf, isTokenName, makeToken, MAX_TOKENS, parseTokens, tokenOf } from './tokens'

const name = fc.stringMatching(/^[\w.@+-]{1,64}$/)
const holders = fc.array(fc.record({ name, role: fc.constantFrom(...roles) }), { maxLength: 10 })

describe('[SAFE-3] tokens', () => {
  it('[SAFE-3.20] count for whom and for what their line says, and nothing else does', () => {
    fc.assert(
      fc.property(holders, fc.string(), (all, other) => {
        const made = all.map(holder => ({ ...holder, ...makeToken(holder.name, holder.role) }))
        const { tokens, problems } = parseTokens(made.map(({ line }) => line).join('\n'))
        expect(problems).toEqual([])
        for (const { secret, name, role } of made) expect(tokenOf(tokens, secret)).toMatchObject({ name, role })
        expect(tokenOf(tokens, other)).toBeUndefined()
        for (const { hash } of tokens.values()) expect(tokenOf(tokens, hash)).toBeUndefined()
      }),
    )
  })

  it('[SAFE-3.18] are 256 random bits each', () => {
    const secrets = Array.from({ length: 100 }, () => makeToken('ann', 'viewer').secret)
    for (const secret of secrets) expect(Buffer.from(secret.replace('gt_', ''), 'base64url')).toHaveLength(32)
    expect(new Set(secrets).size).toBe(secrets.length)
  })

  it('[SAFE-3.34] a line that is cut short, as in a file half written, grants nothing', () => {
    const { line } = makeToken('ann', 'operator')
    for (let length = 1; length < line.length; length++) {
      const { tokens, problems } = parseTokens(line.slice(0, length))
      expect([tokens.size, problems.length]).toEqual([0, 1])
    }
  })

  it('[SAFE-3.34] whatever a file holds, it is read line by line, and no problem repeats a word of it', () => {
    const { line } = makeToken('ann', 'viewer')
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 8 })), noise => {
        const { tokens, problems } = parseTokens([...noise, line, ...noise].join('\n'))
        expect([...tokens.values()]).toEqual([expect.objectContaining({ name: 'ann', role: 'viewer' })])
        const fixed = 'line is not: name, viewer or operator, sha256:hash'
        for (const problem of problems) expect(fixed.split(' ')).toEqual(problem.replace(/\d+ /, '').split(' '))
      }),
    )
  })

  it('takes comments, blank lines and the line ends of Windows', () => {
    const { line, secret } = makeToken('ann', 'viewer')
    const { tokens, problems } = parseTokens(`# the team\r\n\r\n  ${line}\r\n`)
    expect(problems).toEqual([])
    expect(tokenOf(tokens, secret)?.name).toBe('ann')
  })

  it('of one hash the first line counts, so that none is raised by a second', () => {
    const { line } = makeToken('ann', 'viewer')
    const { tokens, problems } = parseTokens(`${line}\n${line.replace('viewer', 'operator')}`)
    expect([...tokens.values()]).toEqual([expect.objectContaining({ role: 'viewer' })])
    expect(problems).toEqual(['line 2 is the token of an earlier line'])
  })

  it('[SAFE-5.83] of more than 1,000 the first count, and the rest is reported', () => {
    const lines = Array.from({ length: MAX_TOKENS + 1 }, (_, n) => `n${n} viewer sha256:${String(n).padStart(64, '0')}`)
    const { tokens, problems } = parseTokens(lines.join('\n'))
    expect(tokens.size).toBe(MAX_TOKENS)
    expect(problems).toEqual([`line ${MAX_TOKENS + 1} is beyond the ${MAX_TOKENS} tokens that count`])
  })

  it('[SITE-6.8] are good for the sites that their line names, and without names for all', () => {
    const site = fc.stringMatching(/^[a-z0-9]{1,4}(-[a-z0-9]{1,4})?$/)
    fc.assert(
      fc.property(fc.array(site, { maxLength: 4 }), fc.constantFrom(' ', '\t', '   '), (sites, gap) => {
        const { line, secret } = makeToken('ann', 'viewer')
        const { tokens, problems } = parseTokens(sites.length === 0 ? line : `${line}${gap}${sites.join()}\r`)
        expect(problems).toEqual([])
        const token = tokenOf(tokens, secret)
        const person = token && holderOf(token, false)
        expect(person?.sites).toEqual(sites.length === 0 ? undefined : sites)
        for (const name of ['cleo', 'default', ...sites]) {
          expect(person && maySee(person, name)).toBe(sites.length === 0 || sites.includes(name))
        }
      }),
    )
  })

  it.each([
    ...['hunter2_', 'ann,', ',ann', 'ann,,bob', 'Ann', 'ann;bob', 'a'.repeat(33), '-ann', 'ann/', '*', '__proto__'],
    ...['ann, hunter2', 'ann bob', 'all sites', '# hunter2', 'ann\u200b'],
  ])('[SITE-6.8] [SAFE-3.34] a line that ends in %j grants nothing, and its problem repeats no word of it', list => {
    const { line } = makeToken('name-in-line', 'operator')
    const { tokens, problems } = parseTokens(`${line} ${list}`)
    expect([tokens.size, problems.length]).toEqual([0, 1])
    for (const problem of problems) {
      expect(problem).toMatch(
        /^line 1 (is not: name, viewer or operator, sha256:hash|ends with what is no list of sites)/,
      )
      for (const word of [list, 'hunter2', 'name-in-line', line.slice(-64)]) expect(problem).not.toContain(word)
    }
  })

  it.each(['', 'two words', 'a'.repeat(65), 'ann#', '__proto__ viewer', 'ann\n'])('%j is no name', bad => {
    expect(isTokenName(bad)).toBe(false)
  })
})
