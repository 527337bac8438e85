import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { growthOf } from '../testing/support/growth'
import { masked, SecretMask } from './secrets'

const A20 = 'aB3dE6gH9jK2mN5pQ8sT'
const A40 = A20 + A20
const HEADER = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'

/** A secret, and what is left of it. */
const secrets: [string, string][] = [
  [`sk-ant-api03-${A40}-${A20}AA`, 'sk-ant-•••'],
  [`sk-proj-${A40}_x-${A20}`, 'sk-proj-•••'],
  [`sk-${A40}`, 'sk-•••'],
  [`ghp_${A40}`, 'ghp_•••'],
  [`gho_${A40}`, 'gho_•••'],
  [`ghs_${A40}`, 'ghs_•••'],
  [`ghr_${A40}`, 'ghr_•••'],
  [`github_pat_11ABCDEFG0${A40}`, 'github_pat_•••'],
  [`glpat-${A20}`, 'glpat-•••'],
  [`xoxb-123456789012-123456789012-${A20}`, 'xoxb-•••'],
  ['AKIAIOSFODNN7EXAMPLE', 'AKIA•••'],
  [`AIza${A20}abcdefghijklmno`, 'AIza•••'],
  [`npm_${A20}abcdefghijklmnop`, 'npm_•••'],
  [`sk_live_${A20}`, 'sk_live_•••'],
  [`${HEADER}.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${A40}`, 'eyJ•••'],
  [`Authorization: Bearer ${A20}`, 'Authorization: Bearer •••'],
  ['"authorization": "Basic dXNlcjpwYXNzd29yZA=="', '"authorization": "Basic •••"'],
  [`-H 'x-api-key: ${A20}'`, "-H 'x-api-key: •••'"],
  ['https://ann:hunter2@example.org/x', 'https://ann:•••@example.org/x'],
  [`postgres://app:p%40ss@db:5432/x`, 'postgres://app:•••@db:5432/x'],
  [`AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`, 'AWS_SECRET_ACCESS_KEY=•••'],
  ['export DB_PASSWORD=corr3cthorse7', 'export DB_PASSWORD=•••'],
  [`OPENAI_API_KEY="${A40}"`, 'OPENAI_API_KEY="•••"'],
  [`{"clientSecret":"${A20}","n":1}`, '{"clientSecret":"•••","n":1}'],
  [String.raw`{\"password\":\"hunter22\"}`, String.raw`{\"password\":\"•••\"}`],
  [`?access_token=${A20}&page=2`, '?access_token=•••&page=2'],
  [`token: ${A20}`, 'token: •••'],
]

const harmless = [
  'commit 3f2a9c1de0b44a7f9c1d3f2a9c1de0b44a7f9c1d',
  'run 550e8400-e29b-41d4-a716-446655440000',
  'Merging branch ckrv-batch-auth-token-3f2a9c',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk',
  'function login(token: string, password: string): void {',
  'const token = await getToken1234(session)',
  'token = request.headers.authorization2',
  'const { token } = process.env; api_key: process.env.API_KEY_2024',
  'API_KEY=$OPENAI_API_KEY_2024',
  "token: '${{ secrets.NPM_TOKEN }}'",
  'max_tokens: 8192, token: 128000',
  'private_key: /etc/ssl/private/server2024.pem',
  'label: "Password: must be at least 8 characters"',
  'password: "password"',
  'npm_config_user_agent_string',
  'git@github.com:acme/shop.git and ssh://git@github.com/acme/shop',
  'http://127.0.0.1:3000/api/@scope/pkg',
  'Authorization: required; the bearer authentication scheme',
  'task-0123456789abcdef0123456789abcdef',
  'risk-0123456789abcdef0123456789abcdef',
]

const KEY = [
  '-----BEGIN RSA PRIVATE KEY-----',
  'MIIEowIBAAKCAQEAx7mYqF0yqY9wJ8pQ1v4mCkPj0z8m3yqXlq0m7v9y1QmQ2k0B',
  'x7mYqF0yqY9wJ8pQ1v4mCkPj0z8m3yqXlq0m7v9y1QmQ2k0BMIIEowIBAAKCAQEA',
  'abCd==',
  '-----END RSA PRIVATE KEY-----',
]
const MASKED_KEY = [KEY[0], '•••', '•••', '•••', KEY[4]]

describe('[SAFE-4] secrets', () => {
  it.each(secrets)('masks %s', (secret, left) => {
    expect(masked(secret)).toBe(left)
    expect(masked(`Error in line 3:\t${secret} (see above)`)).toBe(`Error in line 3:\t${left} (see above)`)
    expect(masked(String.raw`{"text":"first\n${secret}\nlast"}`)).toContain(left)
  })

  it.each(harmless)('leaves %s', text => {
    expect(masked(text)).toBe(text)
  })

  it('leaves every frame of the recorded runs as it is', () => {
    const root = join(import.meta.dirname, '../../e2e/recordings')
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.jsonl'))
    const lines = files.flatMap(file => readFileSync(join(root, file), 'utf8').split('\n'))
    expect(lines.length).toBeGreaterThan(1_000)
    for (const line of lines) expect(masked(line)).toBe(line)
  })

  it('masks a private key within one text, also with its line ends escaped', () => {
    expect(masked(`a\n${KEY.join('\n')}\nb`)).toBe(`a\n${MASKED_KEY.join('\n')}\nb`)
    expect(masked(KEY.join(String.raw`\n`))).not.toMatch(/[A-Za-z0-9+/]{20}/)
  })

  it('masks a private key that spans lines, whatever stands before them or comes between', () => {
    const mask = new SecretMask()
    const lines = ['before', ...KEY.flatMap(line => [`  + ${line}`, 'another agent: 3 of 5 done']), 'x'.repeat(30)]
    expect(lines.map(line => mask.mask(line))).toEqual([
      'before',
      ...MASKED_KEY.flatMap(line => [`  + ${String(line)}`, 'another agent: 3 of 5 done']),
      'x'.repeat(30),
    ])
  })

  it('[SAFE-5] a private key without an end is forgotten after 200 lines, or where another source begins', () => {
    const line = 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0'
    const mask = new SecretMask()
    mask.mask('-----BEGIN PRIVATE KEY-----')
    for (let n = 1; n < 200; n += 1) expect(mask.mask(line)).toBe('•••')
    expect(mask.mask(line)).toBe(line)
    mask.mask('-----BEGIN PRIVATE KEY-----')
    mask.reset()
    expect(mask.mask(line)).toBe(line)
  })

  const piece = fc.oneof(
    fc.constantFrom(...secrets.map(([secret]) => secret), ...harmless, ...KEY, '-----BEGIN ', '•', '•••'),
    fc.constantFrom(
      'eyJ',
      'sk-',
      'token',
      'password',
      '=',
      ':',
      '"',
      '\\"',
      '\\n',
      '@',
      '://',
      '.',
      ' ',
      '\n',
      '-',
      '_',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.stringMatching(/^[A-Za-z0-9+/=_-]{1,24}$/),
  )

  it('are masked once and for all', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        const once = masked(pieces.join(''))
        expect(masked(once)).toBe(once)
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 1_000) },
    )
  })

  it('are masked wherever they stand', () => {
    const around = fc.string({ maxLength: 20 }).filter(text => /^$|[\s"'(,;]$/.test(text))
    fc.assert(
      fc.property(
        around,
        fc.constantFrom(...secrets),
        fc.constantFrom('', ' ', '\n', ' and more'),
        (before, [secret, left], end) => {
          expect(masked(before + secret + end).endsWith(left + end)).toBe(true)
        },
      ),
    )
  })

  const hostile = [
    ...[
      'eyJ',
      'eyJaaaaaaaa.',
      'token=',
      'token="',
      '://a:',
      '://:',
      'authorization:',
      'bearer ',
      '-----BEGIN ',
      'a.',
      '\\',
    ],
    ...['-----BEGIN PRIVATE KEY-----', 'sk-proj-', 'sk-', 'AIza', '=', 'QUFB', 'aws_secret_access_key=', ' '],
  ]
  it.each(hostile)('cost time that grows with the line, up to 64 KiB of %j', text => {
    for (const [begin, end] of [
      ['', ''],
      ['', '•'],
      ['token="', ''],
      ['-----BEGIN PRIVATE KEY-----', ''],
    ]) {
      const growth = growthOf(size => {
        const line = `${begin}${text.repeat(size / text.length)}${end}`
        return () => masked(line)
      }, 8_192)
      expect(growth).toMatchObject({ isLinear: true })
    }
  })
})
