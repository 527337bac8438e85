import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { growthOf } from '../../testing/support/growth'
import { masked, SecretMask } from './secrets'
import { visibleText } from './terminal-text'

const A20 = 'aB3dE6gH9jK2mN5pQ8sT'
const A40 = A20 + A20
const HEADER = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'

/** Secrets, each with its masked form. */
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
  [`ASIA${'Q7'.repeat(8)}`, 'ASIA•••'],
  [`gt_${A40}x-_`, 'gt_•••'],
  // Providers of models.
  [`xai-${A40}${A40}`, 'xai-•••'],
  [`gsk_${A40}`, 'gsk_•••'],
  [`hf_${A20}abcdefghijklmn`, 'hf_•••'],
  [`r8_${A20}`, 'r8_•••'],
  [`pplx-${A40}`, 'pplx-•••'],
  [`nvapi-${A40}_-${A20}`, 'nvapi-•••'],
  [`sk-or-v1-${'0a1b2c3d'.repeat(8)}`, 'sk-or-v1-•••'],
  [`ya29.${A40}_-${A20}`, 'ya29.•••'],
  // Packages, images and builds.
  [`pypi-AgEIcHlwaS5vcmcC${A40}`, 'pypi-AgEI•••'],
  [`rubygems_${'0a1b2c3d'.repeat(6)}`, 'rubygems_•••'],
  [`dckr_pat_${A20}-abc_def`, 'dckr_pat_•••'],
  [`//registry.npmjs.org/:_authToken=${A20}`, '//registry.npmjs.org/:_authToken=•••'],
  [`_auth=${A20}==`, '_auth=•••'],
  // Clouds.
  [`GOCSPX-${A20}_ab-cd`, 'GOCSPX-•••'],
  [`dop_v1_${'0a1b2c3d'.repeat(8)}`, 'dop_v1_•••'],
  [`hvs.CAES${A40}_-`, 'hvs.•••'],
  [`dp.pt.${A40}`, 'dp.pt.•••'],
  [`abC8Q~${A20}.-_abcdefghijk`, 'abC8Q~•••'],
  [`AccountName=shop;AccountKey=${A40}${A40}abc12==;`, 'AccountName=shop;AccountKey=•••;'],
  // Chat and mail.
  [`SG.${A20}ab.${A40}abc`, 'SG.•••'],
  [`xapp-1-A012-3456-${A20}`, 'xapp-•••'],
  [`https://hooks.slack.com/services/T01234567/B01234567/${A20}abcd`, 'https://hooks.slack.com/services/•••'],
  [
    `https://discord.com/api/webhooks/1234567890123456/${A40}_-`,
    'https://discord.com/api/webhooks/1234567890123456/•••',
  ],
  [`MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.${A20}_-abcdefghij`, 'M•••'],
  [`1234567890:AAE${A20}_-abcdefghijk`, '1234567890:AA•••'],
  // Cookies.
  ['Cookie: theme=dark; session=abc', 'Cookie: theme=•••; session=•••'],
  [
    'Set-Cookie: sid=s%3Aabc.def; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax',
    'Set-Cookie: sid=•••; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax',
  ],
  [`-H 'cookie: a=b'`, `-H 'cookie: a=•••'`],
  // Words as passwords.
  ['password=correcthorse', 'password=•••'],
  ['PGPASSWORD=letmein', 'PGPASSWORD=•••'],
  ['{"user":"ann","password":"opensesame"}', '{"user":"ann","password":"•••"}'],
  ['?user=ann&passwd=letmein&x=1', '?user=ann&passwd=•••&x=1'],
  ['password=12345678', 'password=•••'],
  ['SMTP_PASS=letmein', 'SMTP_PASS=•••'],
  ['"db_pass": "abcdEFGH1234"', '"db_pass": "•••"'],
  ['  password: aHVudGVyMmh1bnRlcjI=', '  password: •••'],
  // Keys of other names.
  [`ENCRYPTION_KEY=${'0a1b2c3d'.repeat(4)}`, 'ENCRYPTION_KEY=•••'],
  [`SIGNING_KEY="${'0a1b2c3d'.repeat(4)}"`, 'SIGNING_KEY="•••"'],
  [`ANTHROPIC_KEY=${A20}`, 'ANTHROPIC_KEY=•••'],
  [`secret_key_base: ${'0a1b2c3d'.repeat(8)}`, 'secret_key_base: •••'],
  ['client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=', 'client-key-data: •••'],
  ['PresharedKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=', 'PresharedKey = •••'],
  ['VAULT_TOKEN=s.abcdefghijklmnopqrstuvwx', 'VAULT_TOKEN=•••'],
  // Options of commands.
  ['docker login --username ann --password S3cretPass1', 'docker login --username ann --password •••'],
  [`gh auth login --token ${A20}`, 'gh auth login --token •••'],
  ['curl -s -u admin:SuperSecret https://x', 'curl -s -u admin:••• https://x'],
  ["curl --user 'admin:SuperSecret' https://x", "curl --user 'admin:•••' https://x"],
  // Headers and addresses.
  ['Proxy-Authorization: Basic dXNlcjpwYXNz', 'Proxy-Authorization: Basic •••'],
  ['Authorization: Bearer abc123', 'Authorization: Bearer •••'],
  ['postgres://user:p@ssw0rd1@host/db', 'postgres://user:•••@host/db'],
  [`https://${'0a1b2c3d'.repeat(5)}@github.com/a/b`, 'https://•••@github.com/a/b'],
  [
    `https://b.s3.amazonaws.com/k?X-Amz-Signature=${'0a1b2c3d'.repeat(8)}&x=1`,
    'https://b.s3.amazonaws.com/k?X-Amz-Signature=•••&x=1',
  ],
  [
    'https://x.blob.core.windows.net/c?sv=2020&sig=abc%2Bdef0123456789ABCDEF%3D&se=2024',
    'https://x.blob.core.windows.net/c?sv=2020&sig=•••&se=2024',
  ],
  ['eyJhbGciOiJSU0EtT0FFUCJ9.OKOawDo13gRp2ojaHV7.48V1_ALb6US04U3b.5eym8TW_c8SuK0.XFBoMYUZodetZdv', 'eyJ•••'],
  // Of more issuers.
  [`1//0g${A20}-${A20}`, '1//0•••'],
  [`SK${'0a1b2c3d'.repeat(4)}`, 'SK•••'],
  [`key-${'0a1b2c3d'.repeat(4)}`, 'key-•••'],
  [`${'0a1b2c3d'.repeat(4)}-us12`, '•••'],
  [`secret_${A40}abc`, 'secret_•••'],
  [`AAAAabcdefg:APA91b${A40}`, 'AAAAabcdefg:APA91b•••'],
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
  'password=password; password=undefined, password=userPassword',
  'login(user=user, password=get_password())',
  '{"password":"string","passphrase":"required"}',
  'Password: please enter the password again',
  'Cookie: required. The cookie jar is empty; see cookies.ts',
  'import { cookies } from "next/headers"; const jar = await cookies()',
  'The session cookie has SameSite=Lax',
  'cache_key: user_profile_page_2, primary_key=order_line_item_id',
  'foreign-key: 550e8400-e29b-41d4-a716-446655440000',
  'https://registry.example.org:5000/scope/pkg@1.0.0 and http://localhost:80/x@y',
  'test --token stream --password prompt --pass through',
  'curl -u "$USER:$PASS" https://x',
  'by_pass: tests passed; all.pass = true',
  'The s.thisIsALongMethodNameOfSomeone call, token: s.value',
  '10:00:00:AAA 1234567890:ABC',
  'MainApplicationControllerTest.should.pass everything in this file',
  'dp.padding = 12.dp; SG.1 and hvs.example',
  'keys: ArrowUp, ArrowDown; bearer of bad news',
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
  it.each(secrets)('[SAFE-4.10] masks %s', (secret, left) => {
    expect(masked(secret)).toBe(left)
    expect(masked(`Error in line 3:\t${secret} (see above)`)).toBe(`Error in line 3:\t${left} (see above)`)
    expect(masked(String.raw`{"text":"first\n${secret}\nlast"}`)).toContain(left)
  })

  it.each(harmless)('[SAFE-4.51] leaves %s', text => {
    expect(masked(text)).toBe(text)
  })

  it('[SAFE-4.10] leaves every frame of the recorded runs as it is', () => {
    const root = join(import.meta.dirname, '../../../e2e/recordings')
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.jsonl'))
    const lines = files.flatMap(file => readFileSync(join(root, file), 'utf8').split('\n'))
    expect(lines.length).toBeGreaterThan(1_000)
    for (const line of lines) expect(masked(line)).toBe(line)
  })

  it.each(secrets)('[SAFE-4.11] masks %s in any colours', (secret, left) => {
    const shown = (text: string) => visibleText(masked(text)).text
    expect(masked(`\u001b[31m${secret}\u001b[0m`)).toBe(`\u001b[31m${left}\u001b[0m`)
    for (let at = 1; at < secret.length; at += 1) {
      for (const sequence of ['\u001b[32m', '\u009b1;4:3m', '\u001b]8;;http://x\u0007']) {
        expect(shown(secret.slice(0, at) + sequence + secret.slice(at))).toBe(left)
      }
    }
    expect(shown(secret.split('').join('\u001b[7m'))).toBe(left)
  })

  it('[SAFE-4.11] keeps the sequences within a secret, for what follows', () => {
    expect(masked(`API_KEY=\u001b[33m${A20}\u001b[0m done`)).toBe('API_KEY=\u001b[33m•••\u001b[0m done')
    expect(masked(`{ apiKey: \u001b[32m'${A20}'\u001b[39m }`)).toBe(`{ apiKey: \u001b[32m'•••'\u001b[39m }`)
    expect(masked(`sk-ant-\u001b[1m${A20}\u001b[4m${A20}\u001b[0m x`)).toBe('sk-ant-\u001b[1m•••\u001b[4m\u001b[0m x')
  })

  it('[SAFE-4.12] masks what is cut between two lines, in texts of their own or in one', () => {
    const cuts: [string, string, string][] = [
      [`OPENAI_API_KEY=sk-proj-${A20}`, `${A20}xyz`, '•••'],
      [`OPENAI_API_KEY=sk-proj-${A20}`, `${A20}xyz and more`, '••• and more'],
      ['key sk-ant-', `api03-${A40}`, '•••'],
      ['key sk-ant-api0', `3-${A40}"`, '•••"'],
      [`Authorization: Bearer ${A20}`, A40, '•••'],
      ['{"client_secret":"abc', `${A20}"}`, '•••"}'],
      ['ghp_', A40, '•••'],
    ]
    for (const [first, second, left] of cuts) {
      const mask = new SecretMask()
      const before = mask.mask(first)
      expect(mask.mask(second)).toBe(left)
      expect(masked(`${first}\n${second}`)).toBe(`${before}\n${left}`)
      const coloured = new SecretMask()
      coloured.mask(`\u001b[31m${first}`)
      expect(visibleText(coloured.mask(`\u001b[31m${second}\u001b[0m`)).text).toBe(left)
    }
    const three = new SecretMask()
    const parts = [`x sk-ant-api03-${A20}`, A20, `${A20} end`].map(line => three.mask(line))
    expect(parts).toEqual(['x sk-ant-•••', '•••', '••• end'])
  })

  it('[SAFE-4.12] takes no other line for what goes on with one', () => {
    for (const next of [
      '2026-11-29T22:13:04.123Z deployed',
      'deployed 3 containers',
      'node_modules/.bin/vitest run',
      'Installing-dependencies',
      '--no-color --quiet-mode-2',
    ]) {
      const mask = new SecretMask()
      mask.mask(`API_KEY=${A20}`)
      expect(mask.mask(next)).toBe(next)
    }
    const mask = new SecretMask()
    mask.mask('commit')
    expect(mask.mask('3f2a9c1de0b44a7f9c1d3f2a9c1de0b44a7f9c1d')).toBe('3f2a9c1de0b44a7f9c1d3f2a9c1de0b44a7f9c1d')
  })

  it('[SAFE-4.11] [SAFE-4.52] masks a private key whose edges are coloured, or cut between two lines', () => {
    const [begin = '', ...rest] = KEY
    for (let cut = 6; cut < begin.length; cut += 1) {
      const mask = new SecretMask()
      const lines = [begin.slice(0, cut), begin.slice(cut), ...rest].map(line => `\u001b[2m${line}\u001b[0m`)
      const shown = lines.map(line => visibleText(mask.mask(line)).text)
      expect(shown.slice(2)).toEqual(MASKED_KEY.slice(1))
    }
    const mask = new SecretMask()
    const apart = ['-----BEGIN RSA PRIVATE', 'KEY-----', ...rest].map(line => mask.mask(line))
    expect(apart.slice(2)).toEqual(MASKED_KEY.slice(1))
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

  it.each([
    ['private_key: /etc/ssl/private/server2024.pemPresharedKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk='],
    ['curl -s -u admin:SuperSecret https://xcurl --user admin:SuperSecret https://y'],
  ])('[SAFE-4.44] are masked also where one follows what is none, or another: %s', text => {
    expect(masked(text)).not.toMatch(/SuperSecret|yAnz5/)
    expect(masked(masked(text))).toBe(masked(text))
  })

  it('[SAFE-4.44] are masked once and for all', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        const once = masked(pieces.join(''))
        expect(masked(once)).toBe(once)
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 1_000) },
    )
  })

  it.each(['\u0018', '\u001a', '\u001b', '\u009c'])(
    '[SAFE-4.11] hold no %j, which may have cut off a sequence',
    cut => {
      const source = `\u001b_/VAULT_TOKEN=ab12cd34ef56${cut}ab12cd34ef56\u001b\\`
      const { text } = visibleText(source)
      expect(visibleText(masked(source)).text).toBe(masked(text))
    },
  )

  it('[SAFE-4.11] are the same in what is shown of a text, whatever steers the terminal in it', () => {
    const sequence = fc.constantFrom(
      '\u001b[31m',
      '\u001b[38;5;1',
      '\u001b',
      '\u009b0m',
      '\u001b]0;x\u0007',
      '\u001bP',
      '\u0007',
      '\u0018',
      '\u001b_',
      '\u001b\\',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, piece, sequence), { maxLength: 14 }), pieces => {
        const source = pieces.join('')
        const { text } = visibleText(source)
        // The rest of a sequence that is cut off may form a new sequence with the text after it.
        fc.pre(visibleText(text).text === text)
        expect(visibleText(masked(source)).text).toBe(masked(text))
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
    ...[
      'cookie: a=b; ',
      'cookie:',
      'a=b;',
      'password=a',
      'password="',
      '12345678:AA',
      'MNO',
      'SG.',
      'gt_',
      '\u001b[1m',
      '\n',
    ],
    ...['-----', 'dp.pt.', 'aB1xyz', '\u001b[1ma', '\u001b'],
  ]
  it.each(hostile)('[SAFE-4.13] [SAFE-4.50] cost time that grows with the line, up to 64 KiB of %j', text => {
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
      expect(growth.isLinear, growth.text).toBe(true)
    }
  })
})
