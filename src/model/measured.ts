import type { BlockKind, Confidence } from './finding.ts'
import type { Leftovers } from './leftovers.ts'
import type { Culprit, Location, Victim } from './place.ts'
import type { AsyncProfile, BlockingCall, LagStats } from './profile.ts'

/* What a scope did to the event loop. Types only. */

/** What a matcher asks of a subject that was profiled. */
export interface MeasuredSubject {
  profile: AsyncProfile
  /** Whether the probes ran when it began: not while modules are loaded. */
  complete: boolean
  /** Whether blocking calls were looked for at all. */
  blockingKnown: boolean
  /** Milliseconds: of shorter stretches nothing is known. */
  leastStretchMs: number
  /** Modules whose sync calls may have been made unseen. */
  unseenModules: readonly string[]
  /** Sync calls of its own work, and by API how many more were made than are kept. */
  syncCalls(): { kept: PlacedSyncCall[]; dropped: ReadonlyMap<string, number> }
  /** Stretches longer than this, for thresholds below the test's own. Placed in the source when asked for. */
  stretchesOver(ms: number): BlockingCall[]
  /** The threshold of the test that ran it. */
  blockingThreshold: number
  /** Whether lag was monitored at all. */
  lagKnown: boolean
  /** Whether its tasks were followed. */
  tasksKnown: boolean
  /** Tasks that it started and that nobody could follow. */
  unseenTasks: number
  /** Of a response: the requests that its client had sent before on its own, redirects for instance. Missing where there can be none. */
  earlier?: MeasuredSubject[]
  /** Promises and resources made since it began that nobody could look at. */
  passedOver: number
  /** Lag of the whole loop while it ran, whoever caused it; nothing where that is not known. */
  loopLag: LagStats | undefined
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
