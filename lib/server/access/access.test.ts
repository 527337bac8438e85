import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Access, type AccessOptions, type Credentials } from './access'
import { readAddresses } from '../bounds/addresses'
import { Team } from '../../testing/server/team'

const HEADER = 'x-forwarded-user'
const publicUrl = new URL('https://gt.example')

function setUp(role: 'viewer' | 'operator' = 'viewer') {
  const team = new Team()
  const from = readAddresses('10.0.0.7')
  if (from === null) throw new Error('that is an address')
  const authentication: AccessOptions['authentication'] = { ...team.signIn, proxyUser: { from, header: HEADER, role } }
  return { team, access: new Access({ authentication, publicUrl }) }
}

type Headers = Record<string, string>
const request = (headers: Headers, remoteAddress = '203.0.113.9', distinct: string[] = []) =>
  ({
    headers: { host: 'localhost:4400', ...headers },
    headersDistinct: {
      ...Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, [v]])),
      ...(distinct.length > 0 && { [HEADER]: distinct }),
    },
    socket: { remoteAddress },
  }) as unknown as Credentials

describe('[SAFE-3] who somebody is', () => {
  it('[SAFE-3.5] is not asked where there is no authentication: everybody is operator', async () => {
    const access = new Access({ authentication: null, publicUrl: null })
    const proof = await access.proofOf(request({ authorization: 'Bearer whatever', [HEADER]: 'root' }, '10.0.0.7'))
    expect(access.personOf(proof)).toEqual({ name: null, role: 'operator', canSignOut: false })
  })

  it('[SAFE-3.1] is told by a token, in the header or beside it', async () => {
    const { team, access } = setUp()
    expect(access.personOf(await access.proofOf(request(team.bearer('ann'))))).toMatchObject({
      name: 'ann',
      role: 'operator',
    })
    const beside = await access.proofOf(request({}), team.secret('vic'))
    expect(access.personOf(beside)).toEqual({ name: 'vic', role: 'viewer', canSignOut: false })
  })

  it('[SAFE-3.4] [SAFE-3.20] is nobody for whatever else is shown', async () => {
    const { access, team } = setUp()
    const wrong = fc.oneof(fc.string(), fc.constantFrom(team.hash('ann'), `${team.secret('ann')} x`, 'x'.repeat(9_999)))
    await fc.assert(
      fc.asyncProperty(wrong, async text => {
        for (const headers of [
          { authorization: text },
          { authorization: `Bearer ${text}` },
          { cookie: `groundtruth=${text}` },
        ]) {
          expect(await access.proofOf(request(headers))).toBeUndefined()
        }
        expect(await access.proofOf(request({}), text)).toBeUndefined()
      }),
    )
  })

  it('[SAFE-3.2] [SAFE-3.6] is told by a session, which can be signed out, is over in time, and goes with its token', async () => {
    const { team, access } = setUp()
    const proof = await access.proofOf(request(await team.cookie('ann')))
    if (proof?.kind !== 'session') throw new Error('a cookie proves a session')
    expect(access.personOf(proof)).toEqual({ name: 'ann', role: 'operator', canSignOut: true })
    expect(access.personOf(proof, proof.session.endsAt)).toBeUndefined()
    team.change('ann', 'viewer')
    expect(access.personOf(proof)).toMatchObject({ role: 'viewer' })
    team.change('ann', null)
    expect(access.personOf(proof)).toBeUndefined()

    const other = await access.proofOf(request(await team.cookie('vic')))
    if (other?.kind !== 'session') throw new Error('a cookie proves a session')
    team.sessions.end(other.session)
    expect(access.personOf(other)).toBeUndefined()
  })

  it('[SAFE-2.28] takes the cookie of https only where https is spoken', async () => {
    const { team, access } = setUp()
    const cookie = await team.cookie('ann', true)
    expect(await access.proofOf(request(cookie))).toBeUndefined()
    expect(await access.proofOf(request({ ...cookie, host: 'gt.example' }))).toBeDefined()
  })
})

describe('[SAFE-2] a proxy’s word', () => {
  it('[SAFE-2.30] [SAFE-3.3] counts from its address, as far as it is configured to', async () => {
    for (const role of ['viewer', 'operator'] as const) {
      const { access } = setUp(role)
      const proof = await access.proofOf(request({ [HEADER]: 'eve@example.org' }, '10.0.0.7'))
      expect(access.personOf(proof)).toEqual({ name: 'eve@example.org', role, canSignOut: false })
    }
  })

  it('[SAFE-2.30] counts from no other address, whatever else a request says', async () => {
    const { access } = setUp('operator')
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('', '::ffff:10.0.0.8')), async address => {
        fc.pre(address !== '10.0.0.7')
        const told = { [HEADER]: 'root', 'x-forwarded-for': '10.0.0.7', forwarded: 'for=10.0.0.7' }
        expect(await access.proofOf(request(told, address))).toBeUndefined()
      }),
    )
  })

  it('[SAFE-2.31] counts where it says exactly one name', async () => {
    const { access } = setUp()
    for (const names of [['root', 'eve'], ['root, eve'], [''], ['a\nb'], ['x'.repeat(201)]]) {
      expect(await access.proofOf(request({}, '10.0.0.7', names))).toBeUndefined()
    }
  })

  it('[SAFE-3.1] [SAFE-3.2] [SAFE-3.3] comes after what somebody shows: a token raises, a wrong one ends it, an old cookie leaves it', async () => {
    const { access, team } = setUp()
    const behind = (headers: Headers) => access.proofOf(request({ [HEADER]: 'eve', ...headers }, '10.0.0.7'))
    expect(access.personOf(await behind(team.bearer('ann')))).toMatchObject({ name: 'ann', role: 'operator' })
    expect(await behind({ authorization: 'Bearer wrong' })).toBeUndefined()
    const cookie = await team.cookie('ann')
    expect(access.personOf(await behind(cookie))).toMatchObject({ name: 'ann' })
    team.change('ann', null)
    expect(access.personOf(await behind(cookie))).toMatchObject({ name: 'eve', role: 'viewer' })
  })
})
