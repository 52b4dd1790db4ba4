import type { MeasuredSubject } from '../model/measured.ts'
import type { AsyncProfile } from '../model/profile.ts'

/** The running profiler, as test files and matchers see it. */
export interface Running {
  version: string
  profile<T>(fn: () => T | PromiseLike<T>): Promise<{ profile: AsyncProfile; result: T }>
  currentProfile(): AsyncProfile
  profileRequests<T>(app: T): T
  /** The threshold of the test that is running. */
  blockingThreshold(): number
  /** What runs right now, as JSON text: for an inspector that has stopped a loop which does not turn. */
  stuck(): string
  /** What the test file has finished so far, as JSON text. */
  finished(): string
  /** Whether the probes run: not while modules are loaded, nor after the file's end. */
  measures(): boolean
  /** Whether blocking calls are looked for. */
  detectsBlocking: boolean
  compileGlobs(globs: readonly string[]): (text: string) => boolean
  /** `undefined` where the subject is nothing that was profiled. */
  measured(subject: object): MeasuredSubject | undefined
}

/*
 * On `process`, not on the module or `globalThis`: with `isolate: false` and in vm pools modules and globals are made
 * anew for each test file, and the probes must not be.
 */
const NAME = 'vitest-async-profiler.running'
const KEY = Symbol.for(NAME)
type Holder = { [KEY]?: Running }

export const running = (): Running | undefined => (process as unknown as Holder)[KEY]

/** For the inspector, whose console has a `require`: tests may have put another `process` in the place of Node's. */
const IN_CONSOLE = `(typeof require === 'function' ? require('node:process') : process)[Symbol.for('${NAME}')]`
export const ASK_STUCK = `${IN_CONSOLE}?.stuck()`
export const ASK_FINISHED = `${IN_CONSOLE}?.finished()`

export function setRunning(value: Running): void {
  Object.defineProperty(process, KEY, { value, configurable: true, enumerable: false, writable: true })
}
