import type { AsyncProfile, BackendName, BlockingCall, BlockKind, BudgetVerdict, Confidence, Culprit, Finding, LagStats, Location, ProfileSummary, RuleSetting, Victim, Wait } from './model.ts'

/* What the rooms pass to each other and users never see. Types only. */

/** What a matcher asks of a subject that was profiled. */
export interface MeasuredSubject {
  profile: AsyncProfile
  /** Sync calls of its own work, and by API how many more were made than are kept. */
  syncCalls(): { kept: PlacedSyncCall[]; dropped: ReadonlyMap<string, number> }
  /** Stretches longer than this, for thresholds below the test's own. Placed in the source when asked for. */
  stretchesOver(ms: number): BlockingCall[]
  /** The threshold of the test that ran it. */
  blockingThreshold: number
  /** Whether lag was monitored at all. */
  lagKnown: boolean
  /** Lag of the whole loop while it ran, whoever caused it. */
  loopLag: LagStats
  /** What its own work has left behind by now. */
  leftovers(): Leftovers
}

/** A turn of the loop that one scope's work made too long though no stretch of it was; placed in the source. */
export interface Starvation {
  durationMs: number
  stolenMs: number
  /** Promise continuations, `nextTick` callbacks, and all other callbacks, ticks included, that ran in it. */
  microtasks: number
  ticks: number
  callbacks: number
  confidence: Confidence
  functionName?: string
  location?: Location
  stack: Location[]
  culprit: Culprit
  victims: Victim[]
}

/** The sync calls of one API from one line. */
export interface PlacedSyncCall {
  /** `fs.readFileSync`. */
  callee: string
  kind: BlockKind
  /** What the longest of them was called with. */
  detail?: string
  calls: number
  totalMs: number
  longestMs: number
  functionName?: string
  location?: Location
  stack: Location[]
  culprit: Culprit
}

/** Something that a scope started and left behind: it keeps the process alive, or a file open. */
export interface LeftResource {
  /** As users call it: `setInterval`, `server`, `socket`. */
  what: string
  /** `every 1000 ms`, `on port 3000`. */
  detail?: string
  /** How many of the kind the same line left. */
  count: number
  /** Since it was made. */
  ageMs: number
  confidence: Confidence
  location?: Location
  stack: Location[]
  culprit: Culprit
}

/** Work that a scope started and nobody waits for. */
export interface LeftPromise {
  /** `outlived`: it settled after its test's end; `pending`: it may still; `never`: proved that it cannot. */
  fate: 'outlived' | 'pending' | 'never'
  /** How long after its test's end it settled. */
  outlivedMs?: number
  /** The test that was running then. */
  during?: string
  /** What was called: `saveLater`; missing for a promise made by hand. */
  callee?: string
  /** Where it waits now, or last did. */
  waitsAt?: Location
  location?: Location
  stack: Location[]
  culprit: Culprit
}

/** An error that nobody handled. */
export interface Rejected {
  what: 'rejection' | 'exception'
  /** Name and message. */
  error: string
  /** How long after its test's end. */
  lateMs?: number
  /** The test that was running then. */
  during?: string
  location?: Location
  stack: Location[]
  culprit: Culprit
}

/** A test that was given up while it still waited. */
export interface TimedOut {
  /** The runner's message. */
  what: string
  waits: Wait[]
  /** The innermost place of the user's that it waits at. */
  location?: Location
  /** Of the loop, while the test ran; missing where lag is not monitored. */
  busyMs?: number
  /** Of that, what other processes took. */
  stolenMs?: number
  elapsedMs: number
  /** Who kept the loop longest. */
  blocker?: { name: string; location?: Location }
  culprit: Culprit
}

export interface Leftovers {
  resources: LeftResource[]
  promises: LeftPromise[]
  /** What was left at a test's end and is no mistake, as far as can be told, or was gone before its file's. */
  counted: number
}

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

/** What is known of the code of one stretch, before source maps. */
export interface Evidence {
  source: 'profile' | 'calls' | 'marks'
  kind: BlockKind
  /** Innermost first; a profile knows where functions start, not where they were called. */
  frames: RawFrame[]
  /** Index of the innermost own frame; -1 where there is none. */
  own: number
  /** What the own frame called, where that took the time rather than its own code. */
  callee: string | undefined
  /** The path or command that a sync API was called with. */
  detail?: string | undefined
  /** How long the test runner worked meanwhile, in its own assertions for instance: nobody's doing. */
  runnerMs: number
  /** The own function's part of the other time, with what it called: 0–1. */
  share: number
  /** Whether what took the time is native code of a dependency: only that can wait in system calls that are not seen. */
  native: boolean
  /** For each frame down from the own one (all, where there is none): its lines with their ticks, hottest first. */
  lines: LineTicks[][]
}

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
  findings: Finding[]
  /** Entries of `allow` that matched, in words. */
  allowed?: string[]
  /** Verdicts of budgets that are judged in the worker: a test's own. */
  budgets: BudgetVerdict[]
  overheadMs: number
  notices: string[]
  /** Whether the run must fail though Vitest passed the test: one that is expected to fail hides our errors. */
  fails?: true
}

export interface RunningTest {
  /** As Vitest knows it. */
  id: string
  name: string
  setting: RuleSetting
}

/** A test or suite that has a result, as Vitest's reporters get it. */
export type TaskPack = [id: string, result: object, meta: object]

/** What a worker keeps in its heartbeat file while its loop turns: who it is, and what it is doing. Plain JSON. */
export interface Heartbeat {
  pid: number
  /** 0 for the main thread of a process. */
  threadId: number
  /** The thread's folder in Linux's `/proc`. */
  proc?: string
  /** The project's `stuckTimeout`. */
  timeoutMs: number
  /** A beat is due this often. */
  everyMs: number
  /** The debugger listens, and may have paused it. */
  debugged: boolean
  /** The project's setting of the rule `stuck-test`. */
  setting: RuleSetting
  /** Whether a running test has the rule `stuck-test` switched off for itself. */
  exempt: boolean
  /** The name of the project in Vitest's config. */
  project: string
  /** The test file. */
  file: string
  /** Whether the file is still being loaded: it has no tests yet. */
  loading: boolean
  /** Those that run now, each with its own setting of the rule `stuck-test`. */
  tests: RunningTest[]
}

/** What a stuck worker tells of itself when it is stopped for a moment. Plain JSON. */
export interface StuckSnapshot {
  /** Whose code runs; nobody's where the runner or a module's evaluation does. */
  culprit: Culprit
  /** The culprit's setting of the rule `stuck-test`. */
  setting: RuleSetting
  /** What the innermost own line called, where that has not returned: `Atomics.wait`. */
  callee?: string
  location?: Location
  stack: Location[]
}

/** A worker whose loop did not turn for `stuckMs`. */
export interface StuckWorker {
  stuckMs: number
  beat: Heartbeat
  /** Its live stack, or why there is none. */
  seen: StuckSnapshot | { blind: string }
  /** What its file has finished before, and may not have been able to tell. */
  finished: TaskPack[]
}
