import type { AsyncProfile, BackendName, BlockingCall, BlockKind, BudgetVerdict, Finding, LagStats, ProfileSummary } from './model.ts'

/* What the rooms pass to each other and users never see. Types only. */

/** What a matcher asks of a subject that was profiled. */
export interface MeasuredSubject {
  profile: AsyncProfile
  /** Stretches longer than this, for thresholds below the test's own. Placed in the source when asked for. */
  stretchesOver(ms: number): BlockingCall[]
  /** The threshold of the test that ran it. */
  blockingThreshold: number
  /** Whether lag was monitored at all. */
  lagKnown: boolean
  /** Lag of the whole loop while it ran, whoever caused it. */
  loopLag: LagStats
}

/** A frame in executed (transformed) code: 1-based line and column, `url` as V8 knows the script. */
export interface RawFrame {
  functionName: string
  url: string
  line: number
  column: number
}

/** One node of V8's call tree, as the inspector gives it: positions of `callFrame` are 0-based, ticks' lines 1-based. */
export interface CpuNode {
  id: number
  callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number }
  children?: number[]
  positionTicks?: { line: number; ticks: number }[]
}

/** What ran in one window of the profiler: sample `i` was taken at `times[i]` in the node `samples[i]`. */
export interface CpuWindow {
  nodes: CpuNode[]
  samples: number[]
  times: number[]
}

/** How often a line was seen running. */
export interface LineTicks {
  line: number
  ticks: number
}

/** What is known of the code of one stretch, before source maps. */
export interface Evidence {
  source: 'profile' | 'marks'
  kind: BlockKind
  /** Innermost first; a profile knows where functions start, not where they were called. */
  frames: RawFrame[]
  /** Index of the innermost own frame; -1 where there is none. */
  own: number
  /** What the own frame called, where that took the time rather than its own code. */
  callee: string | undefined
  /** For each frame down from the own one (all, where there is none): its lines with their ticks, hottest first. */
  lines: LineTicks[][]
}

/** What one test or file sends to the reporter, in its `meta`. Plain JSON: anything else loses the file's results. */
export interface ScopeResult {
  backend: BackendName
  summary?: ProfileSummary
  /** Missing where lag is not monitored. */
  lag?: LagStats
  /** Calls over the threshold, whether their rule is on or off. */
  blocking: { count: number; totalMs: number }
  findings: Finding[]
  /** Verdicts of budgets that are judged in the worker: a test's own. */
  budgets: BudgetVerdict[]
  overheadMs: number
  notices: string[]
  /** Whether the run must fail though Vitest passed the test: one that is expected to fail hides our errors. */
  fails?: true
}
