import type { RuleSetting } from './options.ts'
import type { Culprit, Location } from './place.ts'

/* What is known of a worker whose loop does not turn. Types only, plain JSON. */

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
  /** How many there have been: no two have the same text, and that is how they are told apart. */
  beats: number
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
  /** What has started a process and waits for it: meanwhile no inspector can look into the thread. */
  call?: StuckSnapshot
}

/** What a stuck worker tells of itself when it is stopped for a moment. Plain JSON. */
export interface StuckSnapshot {
  /** Whose code runs; nobody's where the runner or a module's evaluation does. */
  culprit: Culprit
  /** The culprit's test, as Vitest knows it. */
  testId?: string
  /** The culprit's setting of the rule `stuck-test`. */
  setting: RuleSetting
  /** What the innermost own line called, where that has not returned: `Atomics.wait`. */
  callee?: string
  /** The program that it started. */
  detail?: string
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
