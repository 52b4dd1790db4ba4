import type { BlockKind } from './finding.ts'

/* Which code ran, as V8 tells it. Types only. */

/** A frame in executed (transformed) code: 1-based line and column, `url` as V8 knows the script. */
export interface RawFrame {
  functionName: string
  url: string
  line: number
  column: number
}

/** A frame of a stack that was taken where async work began; `url` is empty for V8's own functions. */
export interface StackFrame extends RawFrame {
  /** It is behind an `await`: it waits for what is above. */
  awaits: boolean
  constructs: boolean
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

/** A part of a function's time, with what it called. */
export interface KindPart {
  kind: BlockKind
  ms: number
  /** The function whose lines ran, where its text may tell more of the kind: V8 has no frames for JSON and regular expressions. */
  frame?: RawFrame
  lines: LineTicks[]
}

/** What is known of the code of one stretch, before source maps. */
export interface Evidence {
  source: 'profile' | 'calls' | 'breadcrumbs'
  /** What most of the time went into, as far as frames tell. */
  kind: BlockKind
  /** All of the blamed function's time by kind, where a profile tells. */
  parts?: KindPart[]
  /** Innermost first; a profile knows where functions start, not where they were called. */
  frames: RawFrame[]
  /** Index of the innermost own frame; -1 where there is none. */
  own: number
  /** What the own frame called, where that took the time rather than its own code. */
  callee: string | undefined
  /** The path or command that a sync API was called with. */
  detail?: string | undefined
  /** A profile ran and has no sample: its own thread had no CPU. */
  asleep?: true
  /** How long the test runner worked meanwhile, in its own assertions for instance: nobody's doing. */
  runnerMs: number
  /** How long the profiler's own code was seen at work. */
  oursMs: number
  /** How long the collector was seen at work. */
  gcMs: number
  /** How much of it were long pauses, without the runner's part: short ones are the allocations of the code that runs. */
  pausesMs: number
  /** Whether the profiler was started after the code may have been optimized: its lines are likely then. */
  late?: boolean
  /**
   * What ran for `ms` beside a pause that took most of the time, which `kind` tells: the place to blame where it is too long without the
   * pause.
   */
  beside?: { ms: number; evidence: Evidence }
  /** The own function's part of the other time, with what it called: 0–1. */
  share: number
  /** Whether what took the time is native code of a dependency: only that can wait in system calls that are not seen. */
  native: boolean
  /** For each frame down from the own one (all, where there is none): its lines with their ticks, hottest first. */
  lines: LineTicks[][]
}
