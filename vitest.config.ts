import { configDefaults, defineConfig } from 'vitest/config'

/** Tests of pure code: no sockets, processes or containers, so one worker runs many of them without isolation. */
const pure = [
  'app/**/*.test.{ts,tsx}',
  'bench/*.test.ts',
  'lib/{run,sync}/**/*.test.ts',
  'lib/testing/{simulation/pages,support}/*.test.ts',
  'lib/backend/{clock-steps*,fold.property,normalise,plan,recordings,replay,sentence}.test.ts',
  'lib/docker/{agent-container,container-record,containers,recordings}.test.ts',
  'lib/docker/engine/{answers,engine-link,engine-state,host,unescape-html}.test.ts',
  'lib/docker/logs/{known-lines,log-*}.test.ts',
]
/** Tests that replace modules or globals, which others must not see. */
const mocking = [
  'app/{outside,zone-choice}.test.{ts,tsx}',
  'app/components/run/rendering.test.tsx',
  'app/components/tools/notices.test.tsx',
  'app/components/run/graph/graph-rendering.test.tsx',
  'lib/hub/commands.test.ts',
  'lib/hub/follow/follow-session.test.ts',
  'lib/testing/simulation/*.test.ts',
  'lib/server/site-accessor.test.ts',
]
/** Tests that work with containers on the Docker Engine at hand. */
const containers = ['lib/**/*engine.test.ts']
/** Tests that take the whole machine: one after the other, when all others are done. */
const alone = ['lib/hub/evidence/crowd.engine.test.ts', 'lib/server/soak.test.ts']

const except = (...files: string[]) => [...configDefaults.exclude, ...files]
const shared = { isolate: false, maxWorkers: 4 }

export default defineConfig({
  test: {
    environment: 'node',
    // Long enough for a machine that is busy with something else: a test that fails must mean a fault.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    setupFiles: ['lib/testing/support/patience.ts'],
    reporters: ['default', 'json'],
    outputFile: { json: 'reports/unit.json' },
    projects: [
      { extends: true, test: { name: 'pure', include: pure, exclude: except(...mocking), pool: 'threads', ...shared } },
      {
        extends: true,
        test: {
          name: 'waiting',
          include: ['lib/**/*.test.{ts,tsx}'],
          exclude: except(...pure.filter(files => files.startsWith('lib')), ...mocking, ...containers, ...alone),
          // They wait for sockets, timers and processes most of the time.
          ...shared,
        },
      },
      { extends: true, test: { name: 'mocking', include: mocking, maxWorkers: 4 } },
      {
        extends: true,
        test: {
          name: 'containers',
          include: containers,
          exclude: except(...alone),
          // More of them keep the Engine so busy that a plan is read later than a verdict waits for it.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 2 } } },
    ],
  },
})
