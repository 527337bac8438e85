import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { noCookie, Sessions, SESSION_MS } from './sessions'

const SECRET = 'the secret of this server, long enough'
const sessions = new Sessions(SECRET)
const key = new TextEncoder().encode(SECRET)
const hash = 'a'.repeat(64)

const pairOf = (setCookie: string) => setCookie.split(';')[0] ?? ''
const read = (jwt: string) => sessions.read(`groundtruth=${jwt}`, false)
const inAnHour = () => new Date(Date.now() + 3_600_000)

afterEach(() => {
  vi.useRealTimers()
})

describe('[SAFE-3] the session cookie', () => {
  it('[SAFE-3.22] [SAFE-3.23] is kept from scripts and other sites, and proves whose token opened the session', async () => {
    const before = Date.now()
    const cookie = await sessions.open(hash, false)
    expect(cookie).toMatch(/^groundtruth=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/)
    const session = await sessions.read(`theme=dark; ${pairOf(cookie)}; x=y`, false)
    expect(session).toMatchObject({ tokenHash: hash })
    expect(session?.endsAt).toBeGreaterThan(before + SESSION_MS - 2_000)
  })

  it('[SAFE-3.24] over https is sent over https alone, and read there alone', async () => {
    const cookie = await sessions.open(hash, true)
    expect(cookie).toMatch(/^__Host-groundtruth=.*; Path=\/; .*; Secure$/)
    expect(await sessions.read(pairOf(cookie), true)).toBeDefined()
    expect(await sessions.read(pairOf(cookie), false)).toBeUndefined()
    expect(noCookie(true)).toMatch(/^__Host-groundtruth=; Path=\/; HttpOnly; SameSite=Lax; Max-Age=0; Secure$/)
  })

  it('[SAFE-3.21] proves nothing once a character of it is another', async () => {
    const pair = pairOf(await sessions.open(hash, false))
    const begin = 'groundtruth='.length
    await fc.assert(
      fc.asyncProperty(
        // The last character holds bits that no byte uses, so a different character may decode to the same bytes.
        fc.nat(pair.length - begin - 2),
        fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_', '.', '='),
        async (at, other) => {
          const [head, tail] = [pair.slice(0, begin + at), pair.slice(begin + at + 1)]
          fc.pre(pair[begin + at] !== other)
          expect(await sessions.read(head + other + tail, false)).toBeUndefined()
        },
      ),
    )
  })

  it('[SAFE-3.21] proves nothing where another signed it, or nobody did', async () => {
    const claims = () =>
      new SignJWT().setIssuer('groundtruth').setSubject(hash).setJti('s1').setExpirationTime(inAnHour())
    const header = { alg: 'HS256' }
    expect(await read(await claims().setProtectedHeader(header).sign(key))).toMatchObject({ id: 's1' })

    expect(
      await read(
        await claims()
          .setProtectedHeader(header)
          .sign(new TextEncoder().encode('x'.repeat(32))),
      ),
    ).toBeUndefined()
    expect(await read(await claims().setProtectedHeader({ alg: 'HS512' }).sign(key))).toBeUndefined()
    const unsigned = new UnsecuredJWT().setIssuer('groundtruth').setSubject(hash).setJti('s1')
    expect(await read(unsigned.setExpirationTime(inAnHour()).encode())).toBeUndefined()
    expect(await new Sessions('y'.repeat(32)).read(pairOf(await sessions.open(hash, false)), false)).toBeUndefined()
  })

  it('proves nothing where it was signed for something else, or says too little', async () => {
    const sign = (claims: object) => {
      const parts = [{ alg: 'HS256' }, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      const text = parts.join('.')
      return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
    }
    const whole: Record<string, unknown> = {
      iss: 'groundtruth',
      sub: hash,
      jti: 's1',
      exp: inAnHour().getTime() / 1_000,
    }
    expect(await read(sign(whole))).toBeDefined()
    expect(await read(sign({ ...whole, iss: 'another app' }))).toBeUndefined()
    for (const claim of Object.keys(whole)) {
      const { [claim]: _missing, ...rest } = whole
      expect(await read(sign(rest))).toBeUndefined()
    }
  })

  it('whatever else stands there proves nothing, and breaks nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async text => {
        expect(await sessions.read(text, false)).toBeUndefined()
        expect(await read(text)).toBeUndefined()
      }),
    )
  })

  it('[SAFE-3.25] proves nothing after seven days', async () => {
    const pair = pairOf(await sessions.open(hash, false))
    const session = await sessions.read(pair, false)
    if (session === undefined) throw new Error('the session is open')
    expect(sessions.isOpen(session, session.endsAt - 1)).toBe(true)
    expect(sessions.isOpen(session, session.endsAt)).toBe(false)
    vi.useFakeTimers({ now: session.endsAt + 1_000, toFake: ['Date'] })
    expect(await sessions.read(pair, false)).toBeUndefined()
  })

  it('is over once it is signed out, and no other is', async () => {
    const pairs = [pairOf(await sessions.open(hash, false)), pairOf(await sessions.open(hash, false))]
    const [one, two] = await Promise.all(pairs.map(pair => sessions.read(pair, false)))
    if (one === undefined || two === undefined) throw new Error('both are open')
    sessions.end(one)
    expect([one, two].map(each => sessions.isOpen(each, Date.now()))).toEqual([false, true])
  })
})
