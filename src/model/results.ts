import type { Finding } from './finding.ts'
import type { BackendName, LagStats, ProfileSummary } from './profile.ts'
import type { BudgetVerdict } from './report.ts'

/* What a worker and the reporter send each other. Types only, structured-cloneable. */

/** An entry of the option `allow`, its globs compiled; structured-cloneable. */
export interface AllowPattern {
  /** The entry in words. Not its index: a project's own config may have other entries than the reporter's. */
  entry: string
  rule?: RegExp
  file?: RegExp
  function?: RegExp
  package?: RegExp
  test?: RegExp
}

/** What one test or file sends to the reporter, in its `meta`. Plain JSON: anything else loses the file's results. */
export interface ScopeResult {
  backend: BackendName
  summary?: ProfileSummary
  /** Missing where lag is not monitored. */
  lag?: LagStats
  /** Calls over the threshold, whether their rule is on or off; those that `allow` covers do not count. */
  blocking: { count: number; totalMs: number }
  /** Sync calls of tests and requests, whether their rule is on or off. */
  syncCalls: number
  /** Of a file: resources that its tests and hooks left behind, whether their rule is on or off. */
  leaks?: number
  /** Of a file: leftovers that are no mistake, as far as can be told, or were gone before its end. */
  leftoversCounted?: number
  /** Times over a threshold that are in no finding, by why; missing where there are none. See `Counted`. */
  uncertain?: { stolen: number; doubtful: number }
  findings: Finding[]
  /** Entries of `allow` that matched, in words. */
  allowed?: string[]
  /** Verdicts of budgets that are judged in the worker: a test's own. */
  budgets: BudgetVerdict[]
  /** Of a file: what the profiler took of its thread, for its tests, too, and for being loaded. */
  overheadMs?: number
  /** Of a file: the user's files that its modules were loaded from, as absolute paths, where the next run shall know them. */
  loaded?: string[]
  notices: string[]
  /** Why the run must fail though Vitest passed the test: one that is expected to fail hides our errors. */
  failure?: string
}
