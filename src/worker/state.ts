import type { RuleName } from '../model/finding.ts'
import type { BudgetLimits, ResolvedOptions, RuleSetting } from '../model/options.ts'
import type { TestRef } from '../model/place.ts'
import type { AllowPattern } from '../model/results.ts'
import type { Profiler } from '../session/profiler.ts'
import type { Scope } from '../session/scope/scope.ts'
import type { RunnerSuite, RunnerTest } from '../vitest/worker/test-task.ts'
import type { Progress } from './progress.ts'

/** What lives as long as the worker. */
export interface WorkerState {
  options: ResolvedOptions
  allow: readonly AllowPattern[]
  root: string
  /** Of the test file that is loaded, from earlier runs of the same sources; missing where the next run will know nothing of this one. */
  known?: { noStall: boolean; nothingLeft: boolean }
  profiler: Profiler
  notices: Set<string>
  /**
   * Tests of the running file: what they left is known when the file has ended. By the object that stands for a test in all
   * that is told of it, not by its name: several may have one.
   */
  tests: Map<TestRef, TestOfFile>
  /** That object of each test, for all its attempts. */
  refs: WeakMap<RunnerTest, TestRef>
  /** By the scope of each of its attempts: of tests whose work may still go on. */
  taskOf: WeakMap<Scope, RunnerTest>
  progress: Progress
  /** What the profiler's loading and starting took, for the file that is next. */
  loadMs: number
  /** The test file's, once it is loaded. */
  suite?: RunnerSuite
}

export interface TestOfFile {
  task: RunnerTest
  rules: Record<RuleName, RuleSetting>
  budgets: BudgetLimits | undefined
}
