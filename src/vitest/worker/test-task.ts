import type * as Validation from '../../config/test-options.ts'
import type { TestOptions } from '../../config/test-options.ts'
import { loadLater } from '../../node/load-later.ts'

/** What is used of Vitest's tasks; the same on both majors. */
export interface RunnerSuite {
  id: string
  meta: object
  result?: TestResult | undefined
  /** Suites and test joined by ` > `, without the file. */
  fullTestName?: string
  suite?: RunnerSuite | undefined
  type?: string
  tasks?: RunnerSuite[]
  file: { filepath: string }
}
export interface RunnerTest extends RunnerSuite {
  fullTestName: string
  fails?: boolean | undefined
}
/** What the runner has found of a test or suite so far. */
export interface TestResult {
  state?: string
  repeatCount?: number | undefined
  errors?: TestError[] | undefined
  /** Since Vitest 5, which shows the errors of each; the last one's stand in `errors`, too. */
  attempts?: { state?: string; errors?: TestError[] | undefined }[]
}
export interface TestError {
  name?: string
  message: string
  stack?: string
}

/** Whether an attempt has failed, and whether it was given up while it still ran. */
export function outcomeOf({ result }: RunnerTest): { failed: boolean; lost: boolean } {
  return { failed: result?.state === 'fail', lost: result?.errors?.some(isTimeout) === true }
}

/** A test's, or one of its hooks'. Vitest's own errors have no code to know them by. */
export const isTimeout = ({ message }: TestError): boolean => /^(?:Test|Hook) timed out in \d+ ?ms/.test(message)

/** Loaded for the first test that has options. */
export const validation = loadLater<typeof Validation>(
  import.meta.url,
  import.meta.url.endsWith('.ts') ? '../../config/test-options' : './test-options'
)

/**
 * A test's own options win over its suite's, the inner suite's over the outer's.
 * @throws `ERR_OPTION`
 */
export function optionsOf(task: RunnerSuite): TestOptions {
  const outer = task.suite === undefined ? {} : optionsOf(task.suite)
  const { asyncProfiler } = task.meta as { asyncProfiler?: unknown }
  for (const key in task.meta)
    if (key !== 'asyncProfiler' && key.toLowerCase() === 'asyncprofiler')
      throw validation().misspeltMeta(key, task.fullTestName ?? 'a suite')
  if (asyncProfiler === undefined) return outer
  const own = validation().resolveTestOptions(asyncProfiler, task.fullTestName ?? 'a suite')
  const rules = { ...outer.rules, ...own.rules }
  const merged = { ...outer, ...own, rules }
  return outer.budgets === undefined ? merged : { ...merged, budgets: { ...outer.budgets, ...own.budgets } }
}
