import { TestRunner } from 'vitest'
import type { RunnerSuite } from './test-task.ts'

type Hook = (...args: unknown[]) => unknown
/** What is used of a suite's hooks: the live lists that the runner reads. */
type SuiteHooks = Record<HookName, Hook[]>
type HookName = 'beforeAll' | 'afterAll' | 'beforeEach' | 'afterEach'
const getSuiteHooks = TestRunner.getSuiteHooks as unknown as (suite: RunnerSuite) => SuiteHooks

/** Puts `run` around these hooks of a suite and of those inside it, and around nothing of the runner's that happens between them. */
export function wrapHooks(suite: RunnerSuite, names: readonly HookName[], run: (hook: () => unknown) => unknown): void {
  const all = getSuiteHooks(suite)
  for (const hooks of names.map((name) => all[name])) {
    // A proxy: the runner keeps timeouts and fixtures of a hook as its properties.
    for (const [index, hook] of hooks.entries()) {
      hooks[index] = new Proxy(hook, { apply: (target, self, args: unknown[]) => run(target.bind(self, ...args)) })
    }
  }
  for (const task of suite.tasks ?? []) if (task.type === 'suite') wrapHooks(task, names, run)
}
