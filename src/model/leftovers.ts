import type { Confidence, RuleName, Wait } from './finding.ts'
import type { Culprit, Location } from './place.ts'

/* What outlives its test, or never ends. Types only. */

/** Something that a scope started and left behind: it keeps the process alive, or a file open. */
export interface LeftResource {
  /** As users call it: `setInterval`, `server`, `socket`. */
  what: string
  /** `every 1000 ms`, `on port 3000`. */
  detail?: string
  /** A timer of `timers/promises`: nobody has it in hand. */
  promised?: true
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
  /** An emitter called it: nobody was given its promise. */
  listener?: boolean
  /** The rule that tells of its cause: a resource or another promise that it waits for, or its own error. */
  coveredBy?: CoveringRule
  /** Where it waits now, or last did. */
  waitsAt?: Location
  location?: Location
  stack: Location[]
  culprit: Culprit
}

export type CoveringRule = Extract<RuleName, 'leaked-resource' | 'never-settles' | 'unhandled-rejection'>

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
