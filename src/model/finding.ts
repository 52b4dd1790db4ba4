import type { Location, RequestRef, TestRef, Victim } from './place.ts'

/* What there is to fix. */

/** What kept the event loop busy: where it was a mixture, what took most of the time. */
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

/** What was broken. */
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

/** `error` fails the test that caused it, or its file; `warn` fails nothing. */
export type Severity = 'warn' | 'error'

/** What a waiting task waits on. */
export interface Wait {
  /** What is waited for. */
  on: string
  /** The type of the task or resource. */
  kind: string
  /** What is known of its state. */
  detail?: string
  /** Where the wait began. */
  location?: Location
  /** What that waits on in turn. */
  waits?: Wait[]
}

/** One thing to fix: one rule, one place, one test and request. */
export interface Finding {
  rule: RuleName
  /** `error` fails the test that caused it, or its file; `warn` fails nothing. */
  severity: Severity
  /**
   * `certain`: measured. `likely`: the stall is measured, its line is inferred. `inconclusive`: the machine may be to blame; it fails
   * nothing.
   */
  confidence: Confidence
  /** `known`: in the baseline. `allowed`: by the `allow` option. Neither is shown nor fails anything. */
  status: 'new' | 'known' | 'allowed'
  /**
   * One sentence.
   * @minLength 1
   */
  message: string
  /** How to fix it. */
  hint: string
  kind?: BlockKind
  /**
   * Wall clock of the longest occurrence: of the stretch or sync call to blame, not of the loop turn around it.
   * @minimum 0
   */
  durationMs?: number
  /** The first own frame: neither in node_modules nor in Node. Missing where no evidence names a line. */
  location?: Location
  /** The sync API that took the time, with the path or command it was called with: fs.readFileSync('users.json'). */
  callee?: string
  /** Innermost first, dependencies' and Node's frames included. */
  stack: Location[]
  /**
   * The test file, relative to the root of the project.
   * @minLength 1
   */
  file: string
  /** The test whose code it was. Missing for work of the whole file: `beforeAll`, `afterAll`. */
  test?: TestRef
  /** The request, where it ran in the server-side handler. */
  request?: RequestRef
  /** Numbers that the verdict stands on, by name: `cpuMs`, `stolenMs`, `thresholdMs`, `callbacks`, … */
  evidence: Record<string, number>
  /** What unfinished work was still waiting for. */
  waits?: Wait[]
  /** Others whose timers and I/O had to wait for it. */
  victims: Victim[]
  /**
   * How often it happened.
   * @asType integer
   * @minimum 1
   */
  occurrences: number
  /**
   * Survives line shifts: made of rule, file, function and test, not of positions.
   * @minLength 1
   */
  fingerprint: string
}
