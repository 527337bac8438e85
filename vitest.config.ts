import { configDefaults, defineConfig } from 'vitest/config'

/** Tests that take the whole machine: one after the other, when all others are done. */
const crowds = ['lib/**/crowd.*test.ts']

export default defineConfig({
  test: {
    environment: 'node',
    reporters: ['default', ['json', { outputFile: 'reports/unit.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['lib/**/*.test.{ts,tsx}', 'app/**/*.test.{ts,tsx}'],
          exclude: [...configDefaults.exclude, ...crowds],
        },
      },
      { extends: true, test: { name: 'crowd', include: crowds, sequence: { groupOrder: 1 } } },
    ],
  },
})
