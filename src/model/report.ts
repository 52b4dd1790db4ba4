import type { Finding } from './finding.ts'
import type { Location } from './place.ts'
import type { ProfileSummary } from './profile.ts'

/* What a run gives. */

/** One budget, judged. */
export interface BudgetVerdict {
  /**
   * The limit: `maxLag`, `p99Lag`, `blockingCalls`, `totalBlocking`, `syncCalls` or `leaks`.
   * @minLength 1
   */
  budget: string
  /** What it was measured over; empty for the whole run. */
  scope: BudgetScope
  /** The limit: milliseconds for lag and blocking time, else a count. */
  allowed: number
  /** In the unit of `allowed`. */
  measured: number
  /** `inconclusive`: the machine may be to blame; it fails nothing. */
  verdict: 'within' | 'over' | 'inconclusive'
  /** The lines that used most of it up, first the most. */
  contributors: Location[]
}

/** One test of the run. */
export interface TestReport {
  /**
   * The test file, relative to the root of the project.
   * @minLength 1
   */
  file: string
  /** The full name: suites and test joined by ` > `. */
  name: string
  /** As Vitest says it: `passed`, `failed`, `skipped`, … */
  state: string
  /** Missing where the test was not profiled. */
  profile?: ProfileSummary
}

/** One run of Vitest under vitest-async-profiler. All times are milliseconds of wall clock, unless a name says otherwise. */
export interface Report {
  /** Raised when a reader of the old version would misread the new one. */
  schemaVersion: 1
  /**
   * When the run began: ISO 8601, UTC.
   * @pattern ^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$
   */
  startedAt: string
  /**
   * How long the run took.
   * @minimum 0
   */
  durationMs: number
  /** Who made the report. */
  versions: Versions
  /** How lines were found. */
  backend: BackendUse
  /**
   * What the profiler itself spent on the threads of the tests.
   * @minimum 0
   */
  overheadMs: number
  /** What the profiler could not do or see in this run, one sentence each. */
  notices: string[]
  /** Why the run fails where no failed test shows it, one sentence each; missing where there is nothing of the kind. */
  failures?: string[]
  /** What was seen and is no finding. */
  counted?: Counted
  /** Things to fix, and those that are known, allowed or inconclusive. */
  findings: Finding[]
  /** Every budget with its verdict. */
  budgets: BudgetVerdict[]
  /** Every test of the run. */
  tests: TestReport[]
}

/** Who made the report. */
export interface Versions {
  /** Node.js */
  node: string
  /** Vitest */
  vitest: string
  /** vitest-async-profiler */
  plugin: string
}

/** How lines were found. */
export interface BackendUse {
  /**
   * What ran: `inspector` or `async-hooks`.
   * @minLength 1
   */
  used: string
  /** Why it is not the one that was asked for. */
  fallback?: string
}

/** What it was measured over; empty for the whole run. */
export interface BudgetScope {
  /** The glob of the test files that it was summed over. */
  files?: string
  /** One test file. */
  file?: string
  /** The full name of one test. */
  test?: string
  /** One request. */
  request?: string
}

/** What was seen and is no finding. */
export interface Counted {
  /**
   * What tests left at their end that is no mistake, as far as can be told, or was gone before their file's end.
   * @asType integer
   * @minimum 0
   */
  leftovers: number
  /**
   * Stretches over the threshold of which other processes took most; missing in reports of older versions.
   * @asType integer
   * @minimum 0
   */
  stolen?: number
  /**
   * Stretches and turns over the threshold of which a stop of the process, or the profiler itself, may have taken so much that they are
   * not; missing in reports of older versions.
   * @asType integer
   * @minimum 0
   */
  doubtful?: number
}
