import { configDefaults, defineConfig } from 'vitest/config'

const exclude = [...configDefaults.exclude, 'examples/**', 'test/vitest-4/**', 'test/**/fixtures/**', 'test/corpus/project/**']

const E2E = {
  exclude,
  globalSetup: ['test/e2e/harness/sandbox.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
}

/** What these expect depends on no time, or on seconds: two of them run at once. */
const UNTIMED = ['aliases', 'allow', 'bad-input', 'leftovers', 'memory', 'monorepo', 'outcomes', 'output', 'set-ups', 'stuck', 'types', 'wiring'].map((name) => `test/e2e/${name}.test.ts`)

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
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          ...E2E,
          name: 'e2e-untimed',
          include: UNTIMED,
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...E2E,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: [...exclude, ...UNTIMED],
          // Each test runs a Vitest of its own and checks what it measured: one file at a time.
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: 'corpus',
          include: ['test/corpus/*.test.ts'],
          exclude,
          sequence: { groupOrder: 3 },
          maxWorkers: 1,
        },
      },
    ],
  },
})
