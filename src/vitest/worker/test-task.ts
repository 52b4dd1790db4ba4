import type * as Validation from '../../config/test-options.ts'
import type { TestOptions } from '../../config/test-options.ts'
import { readFileSync } from '../../node/builtins.ts'
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
export const validation = loadLater<typeof Validation>(import.meta.url, import.meta.url.endsWith('.ts') ? '../../config/test-options' : './test-options')

/**
 * A test's own options win over its suite's, the inner suite's over the outer's.
 * @throws `ERR_OPTION`
 */
export function optionsOf(task: RunnerSuite): TestOptions {
  const outer = task.suite === undefined ? {} : optionsOf(task.suite)
  const { asyncProfiler } = task.meta as { asyncProfiler?: unknown }
  for (const key in task.meta) if (key !== 'asyncProfiler' && key.toLowerCase() === 'asyncprofiler') throw validation().misspeltMeta(key, task.fullTestName ?? 'a suite')
  if (asyncProfiler === undefined) return outer
  const own = validation().resolveTestOptions(asyncProfiler, task.fullTestName ?? 'a suite')
  const rules = { ...outer.rules, ...own.rules }
  const merged = { ...outer, ...own, rules }
  return outer.budgets === undefined ? merged : { ...merged, budgets: { ...outer.budgets, ...own.budgets } }
}

/** What a test file asks for, by its text. */
export interface Uses {
  /** It asserts on what is measured. */
  assertions: boolean
  /** It asks for tasks. */
  tasks: boolean
  /** It asserts on how many ran at once. */
  concurrency: boolean
  /** It asserts that nothing is left behind. */
  leftovers: boolean
}

const ASSERTIONS = /\.(?:toHaveNoBlockingCalls|toCompleteWithinLag|toHaveNoSyncCalls)\b|vitest-async-profiler\/test/
const TASKS = /\.toStayWithinConcurrency\b|vitest-async-profiler\/test/
const CONCURRENCY = /\.toStayWithinConcurrency\b/
const LEFTOVERS = /\.toHaveNoLeakedTasks\b/
const NOTHING: Uses = { assertions: false, tasks: false, concurrency: false, leftovers: false }
const scanned = new Map<string, Uses>()

export function usesOf(path: string): Uses {
  let uses = scanned.get(path)
  if (uses === undefined) {
    uses = scan(path)
    scanned.set(path, uses)
  }
  return uses
}

function scan(path: string): Uses {
  try {
    const text = readFileSync(path, 'utf8')
    return { assertions: ASSERTIONS.test(text), tasks: TASKS.test(text), concurrency: CONCURRENCY.test(text), leftovers: LEFTOVERS.test(text) }
  } catch {
    return NOTHING
  }
}
