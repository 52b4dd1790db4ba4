import type { AsyncProfile } from './model.ts'
import type { MeasuredSubject } from './records.ts'

/** The running profiler, as test files and matchers see it. */
export interface Running {
  version: string
  profile<T>(fn: () => T | PromiseLike<T>): Promise<{ profile: AsyncProfile; result: T }>
  currentProfile(): AsyncProfile
  /** The threshold of the test that is running. */
  blockingThreshold(): number
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
