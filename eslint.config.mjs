import boundaries from 'eslint-plugin-boundaries'
import * as regexp from 'eslint-plugin-regexp'
import { defineConfig, globalIgnores } from 'eslint/config'
import { parser } from 'typescript-eslint'

/**
 * The house: each folder, and what it may import besides itself. A folder that is not listed under another's name
 * stays unknown to it, so the picture in the README stays true.
 */
const house = {
  server: {
    files: 'server.ts',
    imports: [
      'app',
      'lib/server',
      'lib/client',
      'lib/hub',
      'lib/backend',
      'lib/docker',
      'lib/clock',
      'lib/sync',
      'lib/run',
    ],
  },
  app: {
    files: 'app/**',
    imports: ['hub-accessor', 'hub-types', 'visit', 'lib/client', 'lib/clock', 'lib/sync', 'lib/run'],
  },
  'lib/server': {
    files: 'lib/server/**',
    imports: ['lib/hub', 'lib/backend', 'lib/docker', 'lib/clock', 'lib/sync', 'lib/run'],
  },
  'lib/client': { files: 'lib/client/**', imports: ['lib/sync', 'lib/run'] },
  'lib/hub': { files: 'lib/hub/**', imports: ['lib/backend', 'lib/docker', 'lib/clock', 'lib/sync', 'lib/run'] },
  'lib/reference-backend': { files: 'lib/reference-backend/**', imports: ['wire'] },
  'lib/backend': { files: 'lib/backend/**', imports: ['lib/clock', 'lib/run'] },
  'lib/docker': { files: 'lib/docker/**', imports: ['lib/clock', 'lib/run'] },
  'lib/clock': { files: 'lib/clock/**', imports: [] },
  'lib/sync': { files: 'lib/sync/**', imports: ['lib/run'] },
  'lib/run': { files: 'lib/run/**', imports: [] },
  /** Helpers of tests, which know nothing of the product. */
  'lib/testing': { files: 'lib/testing/**', imports: [] },
  /** Tests from outside and measurements: whatever they start or read. */
  outside: { files: ['e2e/**', 'bench/**'], imports: ['*', 'lib/*'] },
}

/** Single files with a door of their own: the only ones of their folder that the named importers may use. */
const doors = {
  'hub-accessor': 'lib/server/hub-accessor.ts',
  'hub-types': 'lib/hub/types.ts',
  visit: 'lib/server/visit.ts',
  wire: 'lib/backend/wire.ts',
}

const tests = ['**/*.test.ts', '**/*.test.tsx', '**/testing*.ts', 'lib/testing/**', 'e2e/**']

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
        ...Object.entries(house).map(([category, { files }]) => ({ category, pattern: files })),
        ...Object.entries(doors).map(([category, pattern]) => ({ category, pattern })),
        { category: 'test', pattern: tests },
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
            ...Object.entries(house).map(([folder, { imports }]) => ({
              from: { file: { categories: folder } },
              allow: { to: { file: { categories: { anyOf: [folder, ...imports] } } } },
            })),
            // The reference backend is a test tool: a real peer instead of a mock.
            {
              from: { file: { categories: 'test' } },
              allow: { to: { file: { categories: { anyOf: ['lib/reference-backend', 'lib/testing'] } } } },
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
        { patterns: [{ regex: '^(?!\\.|zod$)', message: 'lib/run imports nothing but zod.' }] },
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
