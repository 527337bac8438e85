import { configDefaults, defineConfig } from 'vitest/config'

/** Tests of pure code: no sockets, processes, containers or module mocks, so one worker can run them all. */
const pure = [
  'app/**/*.test.{ts,tsx}',
  'lib/{run,sync,testing}/**/*.test.ts',
  'lib/backend/{fold.property,normalise,plan,recordings,replay,sentence}.test.ts',
  'lib/docker/{agent-container,answers,containers,engine-link,host,known-lines,life,log-*,recordings,unescape-html}.test.ts',
]
/** Tests that work with containers on the Docker Engine at hand. */
const containers = ['lib/**/*engine.test.ts']
/** Tests that take the whole machine: one after the other, when all others are done. */
const alone = ['lib/hub/crowd.engine.test.ts', 'lib/server/soak.test.ts']

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
        test: { name: 'pure', include: pure, pool: 'threads', isolate: false, maxWorkers: 2 },
      },
      {
        extends: true,
        test: {
          name: 'waiting',
          include: ['lib/**/*.test.{ts,tsx}'],
          exclude: [...configDefaults.exclude, ...pure, ...containers, ...alone],
          // They wait for sockets, timers and processes most of the time.
          maxWorkers: 6,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'containers',
          include: containers,
          exclude: [...configDefaults.exclude, ...alone],
          maxWorkers: 4,
          sequence: { groupOrder: 2 },
        },
      },
      { extends: true, test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 3 } } },
    ],
  },
})
