import { configDefaults, defineConfig } from 'vitest/config'

const exclude = [...configDefaults.exclude, 'examples/**', 'test/vitest-4/**', 'test/**/fixtures/**', 'test/corpus/project/**']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, 'test/e2e/**', 'test/corpus/**'],
          // On a busy machine everything comes later; what waits, waits for that.
          testTimeout: 30_000,
          expect: { poll: { timeout: 20_000 } }
        }
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude,
          globalSetup: ['test/e2e/harness/sandbox.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Each test runs a Vitest of its own, some measure what it does: no more of them at once than small machines have cores.
          sequence: { groupOrder: 1 },
          maxWorkers: 2
        }
      },
      {
        test: {
          name: 'corpus',
          include: ['test/corpus/*.test.ts'],
          exclude,
          sequence: { groupOrder: 2 },
          maxWorkers: 1
        }
      }
    ]
  }
})
