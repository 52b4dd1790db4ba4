import type { Finding } from './finding.ts'
import type { Location } from './place.ts'
import type { ProfileSummary } from './profile.ts'

/* What a run gives. */

export interface BudgetVerdict {
  budget: string
  scope: { files?: string; file?: string; test?: string; request?: string }
  allowed: number
  measured: number
  verdict: 'within' | 'over' | 'inconclusive'
  contributors: Location[]
}

export interface TestReport {
  file: string
  name: string
  state: string
  profile?: ProfileSummary
}

/** The JSON report; `report.schema.json` describes it for other tools. */
export interface Report {
  schemaVersion: 1
  startedAt: string
  durationMs: number
  versions: { node: string; vitest: string; plugin: string }
  backend: { used: string; fallback?: string }
  overheadMs: number
  /** What the profiler could not do or see in this run, one sentence each. */
  notices: string[]
  /** Why the run fails where no failed test shows it, one sentence each; missing where there is nothing of the kind. */
  failures?: string[]
  /** What was seen and is no finding. */
  counted?: Counted
  findings: Finding[]
  budgets: BudgetVerdict[]
  tests: TestReport[]
}

export interface Counted {
  /** Leftovers of tests that are no mistake, as far as can be told, or were gone before their file's end. */
  leftovers: number
  /** Stretches over the threshold of which other processes took most. */
  stolen?: number
  /**
   * Stretches and turns over the threshold of which a stop of the process, or the profiler itself, may have taken so much that they are
   * not.
   */
  doubtful?: number
}
