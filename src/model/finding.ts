import type { Location, RequestRef, TestRef, Victim } from './place.ts'

/* What there is to fix. */

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
