import boundaries from 'eslint-plugin-boundaries'
import * as regexp from 'eslint-plugin-regexp'
import { defineConfig, globalIgnores } from 'eslint/config'
import { parser } from 'typescript-eslint'

/**
 * The layers: each folder, and the folders that it may import besides itself. The data goes one way through them, as the
 * picture in docs/contributing.md shows it.
 */
const ground = ['lib/backend', 'lib/docker', 'lib/clock', 'lib/sync', 'lib/run']
const layers = {
  server: {
    files: 'server.ts',
    imports: ['app', 'lib/server', 'lib/client', 'lib/sites', 'lib/hub', 'hub/imports/', 'hub/recording/', ...ground],
  },
  app: {
    files: 'app/**',
    imports: [
      ...['site-accessor', 'hub/api/', 'request-context'],
      ...['lib/sites', 'lib/client', 'lib/clock', 'lib/sync', 'lib/run'],
    ],
  },
  'lib/server': { files: 'lib/server/**', imports: ['lib/sites', 'hub/api/', 'hub/recording/', ...ground] },
  'lib/sites': { files: 'lib/sites/*', imports: ['hub/api/', 'lib/sync', 'lib/run'] },
  'lib/client': { files: 'lib/client/**', imports: ['lib/sync', 'lib/run'] },
  'lib/hub': {
    files: 'lib/hub/*',
    imports: [
      'hub/imports/',
      'hub/past/',
      'hub/specs/',
      'hub/evidence/',
      'hub/discovery/',
      'hub/follow/',
      'hub/runs/',
      'hub/logs/',
      'hub/api/',
      'hub/recording/',
      ...ground,
    ],
  },
  'hub/imports': { files: 'lib/hub/imports/**', imports: ['hub/logs/', 'hub/api/', 'hub/recording/', ...ground] },
  'hub/past': { files: 'lib/hub/past/**', imports: ['hub/api/', 'hub/recording/', ...ground] },
  'hub/specs': { files: 'lib/hub/specs/**', imports: ['hub/api/', ...ground] },
  'hub/evidence': { files: 'lib/hub/evidence/**', imports: ['hub/logs/', 'hub/api/', ...ground] },
  'hub/discovery': { files: 'lib/hub/discovery/**', imports: ['hub/runs/', ...ground] },
  'hub/follow': { files: 'lib/hub/follow/**', imports: ['hub/runs/', ...ground] },
  'hub/runs': { files: 'lib/hub/runs/**', imports: ['hub/logs/', 'hub/api/', 'hub/recording/', ...ground] },
  'hub/logs': { files: 'lib/hub/logs/**', imports: ['hub/api/', ...ground] },
  'hub/api': { files: 'lib/hub/api/**', imports: ['hub/recording/', ...ground] },
  'hub/recording': { files: 'lib/hub/recording/**', imports: ground },
  'lib/reference-backend': { files: 'lib/reference-backend/**', imports: ['wire'] },
  'lib/backend': { files: 'lib/backend/**', imports: ['lib/clock', 'lib/run'] },
  'lib/docker': { files: 'lib/docker/**', imports: ['lib/clock', 'lib/run'] },
  'lib/sync': { files: 'lib/sync/**', imports: ['lib/run'] },
  'lib/clock': { files: 'lib/clock/**', imports: ['lib/run'] },
  'lib/run': { files: 'lib/run/**', imports: [] },
  /** Helpers of tests, the simulation, tests from outside and measurements: whatever they start or read. */
  outside: { files: ['lib/testing/**', 'e2e/**', 'bench/**'], imports: ['*', 'lib/*', 'hub/*'] },
}

/** The only file of its folder that the layers which name it may import. Those of the folders in `lib/hub` end in a slash. */
const publicFiles = {
  'site-accessor': 'lib/server/site-accessor.ts',
  'request-context': 'lib/server/request-context.ts',
  // Only what the name of a site may be; it imports nothing but zod.
  wire: 'lib/backend/wire.ts',
  ...Object.fromEntries(
    Object.keys(layers).flatMap(layer => (layer.startsWith('hub/') ? [[`${layer}/`, `lib/${layer}/index.ts`]] : [])),
  ),
}

const tests = ['**/*.test.ts', '**/*.test.tsx', 'lib/testing/**', 'e2e/**']

const pureOnly = 'lib/run is pure: time and chance come in with the observation, and nothing is awaited.'

export default defineConfig([
  globalIgnores(['.next/', 'dist/', 'reports/', 'test-results/', 'playwright-report/', 'next-env.d.ts']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  // `.oxlintrc.json` keeps the rules on what a line may say: that is quicker, but listens to comments.
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parser },
    rules: { 'no-warning-comments': ['error', { terms: ['oxlint-disable', 'eslint-disable'] }] },
  },
  {
    files: ['**/*.{ts,tsx}'],
    ignores: ['*.config.ts'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { node: { extensions: ['.ts', '.tsx', '.mjs', '.json'] } },
      'boundaries/files': [
        ...Object.entries(layers).map(([category, { files }]) => ({ category, pattern: files })),
        ...Object.entries(publicFiles).map(([category, pattern]) => ({ category, pattern })),
        { category: 'test', pattern: tests },
        // They prove what several folders do together.
        { category: 'hub-test', pattern: ['lib/{hub,server,sites}/**/*.test.ts'] },
      ],
    },
    rules: {
      'boundaries/no-unknown-files': 'error',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkUnknownLocals: true,
          policies: [
            ...Object.entries(layers).map(([folder, { imports }]) => ({
              from: { file: { categories: folder } },
              allow: { to: { file: { categories: { anyOf: [folder, ...imports] } } } },
            })),
            // The reference backend is a test tool: a real peer instead of a mock.
            {
              from: { file: { categories: 'test' } },
              allow: { to: { file: { categories: { anyOf: ['lib/reference-backend', 'outside'] } } } },
            },
            {
              from: { file: { categories: 'hub-test' } },
              allow: { to: { file: { categories: { anyOf: ['lib/hub', 'hub/*'] } } } },
            },
            {
              from: { file: { categories: { noneOf: ['test'] } } },
              disallow: { to: { file: { categories: 'test' } } },
            },
          ],
        },
      ],
    },
  },
  // Text from outside meets patterns that take time in proportion to it, whatever it holds [SAFE-4.13].
  {
    files: ['**/*.{ts,tsx}'],
    ignores: tests,
    plugins: { regexp },
    rules: { 'regexp/no-super-linear-backtracking': 'error', 'regexp/no-super-linear-move': 'error' },
  },
  {
    files: ['lib/run/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\.|zod(/mini)?$|re2js$)',
              message: 'lib/run imports nothing but zod, and re2js to match patterns.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...[
          'setTimeout',
          'setInterval',
          'setImmediate',
          'queueMicrotask',
          'performance',
          'crypto',
          'process',
          'Buffer',
          'fetch',
          'console',
        ].map(name => ({ name, message: pureOnly })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: pureOnly },
        { object: 'Math', property: 'random', message: pureOnly },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: pureOnly },
        { selector: 'CallExpression[callee.name="Date"]', message: pureOnly },
      ],
    },
  },
])
