import { configDefaults, defineConfig } from 'vitest/config'

/** Tests of pure code: no sockets, processes or containers, so one worker runs many of them without isolation. */
const pure = [
  'app/**/*.test.{ts,tsx}',
  'lib/{run,sync,testing}/**/*.test.ts',
  'lib/backend/{clock-steps*,fold.property,normalise,plan,recordings,replay,sentence}.test.ts',
  'lib/docker/{agent-container,answers,containers,engine-link,engine-state,host,known-lines,life,log-*,recordings,unescape-html}.test.ts',
]
/** Tests that replace modules, which others must not see. */
const mocking = ['app/outside.test.tsx']
/** Tests that work with containers on the Docker Engine at hand. */
const containers = ['lib/**/*engine.test.ts']
/** Tests that take the whole machine: one after the other, when all others are done. */
const alone = ['lib/hub/crowd.engine.test.ts', 'lib/server/soak.test.ts']

const except = (...files: string[]) => [...configDefaults.exclude, ...files]

export default defineConfig({
  test: {
    environment: 'node',
    // Long enough for a machine that is busy with something else: a test that fails must mean a fault.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    setupFiles: ['lib/testing/support/patience.ts'],
    reporters: ['default', ['json', { outputFile: 'reports/unit.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: pure,
          exclude: except(...mocking),
          pool: 'threads',
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'waiting',
          include: ['lib/**/*.test.{ts,tsx}', ...mocking],
          exclude: except(...pure.filter(files => !files.startsWith('app')), ...containers, ...alone),
          // They wait for sockets, timers and processes most of the time.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'containers',
          include: containers,
          exclude: except(...alone),
          // More of them keep the Engine so busy that a plan is read later than a verdict waits for it.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      { extends: true, test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 3 } } },
    ],
  },
})
