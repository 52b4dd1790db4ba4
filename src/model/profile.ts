import type { BlockKind, Confidence, Finding } from './finding.ts'
import type { Culprit, Location, RequestRef, ScopeRef, Victim } from './place.ts'

/* What a test, a request or a function did to the event loop. */

/** How lines are found: `inspector` by a V8 CPU profile, `async-hooks` by where the async work was created. */
export type BackendName = 'inspector' | 'async-hooks'

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

/** What one test did to the event loop, in numbers. */
export interface ProfileSummary {
  /**
   * Tasks that it started. Where nobody asked for tasks, all async work that was created meanwhile, the test runner's included: its states
   * are not known.
   * @asType integer
   * @minimum 0
   */
  totalTasks: number
  /**
   * Tasks that ended well.
   * @asType integer
   * @minimum 0
   */
  completedTasks: number
  /**
   * Timers cleared before they fired, work ended by its `AbortSignal`, requests destroyed before their response.
   * @asType integer
   * @minimum 0
   */
  cancelledTasks: number
  /**
   * Tasks that failed.
   * @asType integer
   * @minimum 0
   */
  errorTasks: number
  /**
   * Tasks that had not ended when the test had.
   * @asType integer
   * @minimum 0
   */
  runningTasks: number
  /**
   * Stretches longer than `blockingThreshold`.
   * @asType integer
   * @minimum 0
   */
  blockingCalls: number
  /**
   * Their time in all.
   * @minimum 0
   */
  totalBlockingMs: number
  /**
   * The longest time that its own work kept the loop busy without a break.
   * @minimum 0
   */
  maxLagMs: number
  /** Whether anything in it deserves a look. */
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
