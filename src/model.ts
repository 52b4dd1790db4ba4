/**
 * The words that all rooms share: what a test, a request or a function did to the event loop.
 * Types only. All times are milliseconds, wall clock unless the name says otherwise; everything here is JSON-safe.
 */

/** How lines are found: `inspector` by a V8 CPU profile, `async-hooks` by where the async work was created. */
export type BackendName = 'inspector' | 'async-hooks'

/** A place in the original source. `file` is relative to the project's root with forward slashes; `line` and `column` are 1-based. */
export interface Location {
  file: string
  line: number
  column: number
  functionName?: string
}

export interface TestRef {
  file: string
  /** The full name: suites and test joined by ` > `. */
  name: string
}

export interface RequestRef {
  method: string
  /** Path and query as the server saw them. */
  url: string
}

/** Whose code ran: the test, and the request where a server-side handler ran it. File-level work has neither. */
export interface Culprit {
  file?: string
  test?: TestRef
  request?: RequestRef
}

export interface ScopeRef {
  kind: 'test' | 'request' | 'function'
  name: string
  file?: string
  method?: string
  url?: string
  status?: number
}

export type TaskStatus = 'running' | 'completed' | 'cancelled' | 'error'

export interface Task {
  id: number
  /** The task that started this one. */
  parentId?: number
  /** `PROMISE`, `HTTPREQUEST` (one that this process served), or Node's own type of the async resource (`Timeout`, `TCPCONNECTWRAP`, …). */
  type: string
  /** The function that ran or started it, as far as its stack tells. */
  name: string
  status: TaskStatus
  /** Since the scope's start. */
  createdAtMs: number
  endedAtMs?: number
  durationMs?: number
  /** Time its own code spent on the loop after its first wait. */
  runMs: number
  error?: string
  /** The request whose handler started it. */
  request?: RequestRef
  /** Where it was created, innermost own frame first. */
  stack: Location[]
}

export type BlockKind =
  | 'cpu'
  | 'sync-io'
  | 'sync-crypto'
  | 'sync-process'
  | 'sync-zlib'
  | 'wait'
  | 'regexp'
  | 'json'
  | 'gc'
  | 'module-load'
  | 'unknown'

/** `certain`: measured. `likely`: the stall is measured, its line is inferred. `inconclusive`: the machine may be to blame. */
export type Confidence = 'certain' | 'likely' | 'inconclusive'

/** One uninterrupted stretch of the scope's own code on the event loop. */
export interface BlockingCall {
  /** Since the scope's start. */
  startMs: number
  durationMs: number
  /** CPU time of the thread in this stretch. */
  cpuMs: number
  /** Time in which other processes held the CPU. */
  stolenMs: number
  /** Time in which the process was stopped, or paused by a debugger. */
  suspendedMs: number
  /**
   * Time in long pauses of the garbage collector, which cleans up after whoever ran before: it breaks no budget and fails no
   * matcher that does not ask for kind `gc`. Missing where there were none.
   */
  collectedMs?: number
  kind: BlockKind
  confidence: Confidence
  functionName?: string
  /** The sync API that took the time: `fs.readFileSync`. */
  callee?: string
  /** The path or command that it was called with. */
  detail?: string
  /** The line executing in the innermost own frame; missing where no evidence names one. */
  location?: Location
  /** Innermost first, dependencies' and Node's frames included. */
  stack: Location[]
  culprit: Culprit
  /** Others whose timers and I/O had to wait for it. */
  victims: Victim[]
}

export interface Victim {
  test?: TestRef
  request?: RequestRef
  delayMs: number
}

export interface LagSample {
  /** Since the scope's start. */
  atMs: number
  lagMs: number
  /** What of the loop's time is not held against anybody: what others stole, stops, and pauses of the collector. */
  stolenMs: number
}

export interface LagStats {
  maxMs: number
  meanMs: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
}

/** Samples above `lagThreshold`; the statistics are over all turns of the scope's own work. */
export interface EventLoopLag extends LagStats {
  samples: LagSample[]
  droppedSamples: number
}

export interface TimelineEvent {
  kind: 'task' | 'blocking'
  name: string
  startMs: number
  endMs: number
  lane: number
  taskId?: number
}

export interface Timeline {
  events: TimelineEvent[]
  droppedEvents: number
  lanes: number
  totalDurationMs: number
  /** Most tasks pending at once, each root of work (an async call, a request, a timer chain) counted once. */
  maxConcurrent: number
}

export interface ProfileSummary {
  /** Where nobody asked for tasks, all async work that was created, the test runner's included: its states are not known. */
  totalTasks: number
  completedTasks: number
  cancelledTasks: number
  errorTasks: number
  runningTasks: number
  blockingCalls: number
  totalBlockingMs: number
  maxLagMs: number
  hasWarnings: boolean
}

/** What one test, request or function did; `profile(fn)` and `currentProfile()` give it. */
export interface AsyncProfile {
  backend: BackendName
  scope: ScopeRef
  /** ISO 8601. */
  startedAt: string
  durationMs: number
  tasks: Task[]
  /** Tasks that were counted but not kept. */
  droppedTasks: number
  /** Milliseconds: `blockingCalls` holds what was longer. */
  blockingThreshold: number
  blockingCalls: BlockingCall[]
  droppedBlockingCalls: number
  eventLoopLag: EventLoopLag
  timeline: Timeline
  summary: ProfileSummary
  findings: Finding[]
  /** What the profiler itself spent on the scope's thread. */
  profilingOverheadMs: number
}

export type RuleName =
  | 'blocking-call'
  | 'loop-starvation'
  | 'sync-call'
  | 'lag-budget'
  | 'leaked-resource'
  | 'floating-promise'
  | 'never-settles'
  | 'unhandled-rejection'
  | 'stuck-test'

export type Severity = 'warn' | 'error'
export type RuleSetting = 'off' | Severity

/** What a waiting task waits on. */
export interface Wait {
  on: string
  kind: string
  detail?: string
  location?: Location
  waits?: Wait[]
}

/** One thing to fix. Made in `analysis/` only; every output shows the same one. */
export interface Finding {
  rule: RuleName
  severity: Severity
  confidence: Confidence
  status: 'new' | 'known' | 'allowed'
  message: string
  hint: string
  kind?: BlockKind
  durationMs?: number
  /** The first own frame: not in node_modules, not Node's. */
  location?: Location
  /** The sync API that took the time, with the path or command it was called with: `fs.readFileSync('users.json')`. */
  callee?: string
  stack: Location[]
  /** The test file. */
  file: string
  test?: TestRef
  request?: RequestRef
  /** Numbers that the verdict stands on: `cpuMs`, `stolenMs`, `thresholdMs`, … */
  evidence: Record<string, number>
  waits?: Wait[]
  victims: Victim[]
  occurrences: number
  /** Survives line shifts: rule, file, function and test, not positions. */
  fingerprint: string
}

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
  /** Stretches and turns over the threshold of which a stop of the process, or the profiler itself, may have taken so much that they are not. */
  doubtful?: number
}

/** Limits of one budget; see `Options.budgets`. */
export interface BudgetLimits {
  maxLag?: number
  p99Lag?: number
  blockingCalls?: number
  totalBlocking?: number
  syncCalls?: number
  leaks?: number
}

/** The options as every room sees them: complete, checked, and cloneable into a worker. */
export interface ResolvedOptions {
  backend: BackendName | 'auto'
  detectBlocking: boolean
  blockingThreshold: number
  monitorEventLoop: boolean
  lagThreshold: number
  captureStacks: boolean
  maxStackDepth: number
  rules: Record<RuleName, RuleSetting>
  allow: Allow[]
  budgets: Budget[]
  baseline: string | undefined
  report: ReportTargets
  stuckTimeout: number
}

export interface Allow {
  /** A rule's name, or a glob of them. */
  rule?: RuleName | (string & Record<never, never>)
  /** Of the place to blame, or of the test file where there is none; relative to the root, with forward slashes. */
  file?: string
  /** The function to blame or one that it called, with or without its object: `readFileSync`, `fs.readFileSync`, `*Sync`. */
  function?: string
  /** Of any frame in the stack. */
  package?: string
  /** The full name: suites and test joined by ` > `. */
  test?: string
  /** Why it may stay. */
  reason: string
}

export interface Budget extends BudgetLimits {
  files?: string
}

export interface ReportTargets {
  json?: string
  html?: string
  trace?: string
  sarif?: string
  github?: boolean
}
