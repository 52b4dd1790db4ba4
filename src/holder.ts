import type { AsyncProfile, BlockingCall, LagStats } from './model.ts'

/** What a matcher asks of a subject that was profiled. */
export interface MeasuredSubject {
  profile: AsyncProfile
  /** Every stretch that is long enough to tell, for thresholds below the test's own. */
  stretches: readonly BlockingCall[]
  /** The threshold of the test that ran it. */
  blockingThreshold: number
  /** Lag of the whole loop while it ran, whoever caused it. */
  loopLag: LagStats
}

/** The running profiler, as test files and matchers see it. */
export interface Running {
  version: string
  profile<T>(fn: () => T | PromiseLike<T>): Promise<{ profile: AsyncProfile; result: T }>
  currentProfile(): AsyncProfile
  /** `undefined` where the subject is nothing that was profiled. */
  measured(subject: object): MeasuredSubject | undefined
}

/*
 * On `process`, not on the module or `globalThis`: with `isolate: false` and in vm pools modules and globals are made
 * anew for each test file, and the probes must not be.
 */
const KEY = Symbol.for('vitest-async-profiler.running')
type Holder = { [KEY]?: Running }

export const running = (): Running | undefined => (process as unknown as Holder)[KEY]

export function setRunning(value: Running): void {
  Object.defineProperty(process, KEY, { value, configurable: true, enumerable: false, writable: true })
}
