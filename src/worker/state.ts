import type { ResolvedOptions } from '../model.ts'
import type { AllowPattern } from '../records.ts'
import type { Profiler } from '../session/profiler.ts'
import type { Life } from './life.ts'
import type { RunnerSuite } from './test-task.ts'

/** What lives as long as the worker. */
export interface WorkerState {
  options: ResolvedOptions
  allow: readonly AllowPattern[]
  root: string
  /** Whether no later run will see what this one remembers. */
  once: boolean
  /** Files that had a stall without a line in the last run. */
  flagged: Set<string>
  profiler: Profiler
  notices: Set<string>
  life: Life
  /** The test file's, once it is loaded. */
  suite?: RunnerSuite
}
