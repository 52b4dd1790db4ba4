import type { FakeClock } from '../../patches/fake-timers.ts'
import type { Cause } from '../causes.ts'
import type { PromiseRecord } from './promise-records.ts'
import type { RunnerPromises } from './runner-promises.ts'

export interface Promises<Owner> {
  /** @param above the hook that tells of it: the stack is what is below */
  init(promise: object, source: object | undefined, owner: Owner | undefined, above: Hook): void
  around: RunnerPromises['around']
  /** Whether what is made now is the runner's, who has not called the test's function yet. */
  isAround(): boolean
  /** A continuation starts; or the job that makes a promise follow another one. */
  before(promise: object): void
  /** A callback that is no promise's starts. */
  callback(): void
  /** @returns whose it is, where it was looked at */
  settled(promise: object): Owner | undefined
  /** Reads the places of what has not settled by now. To be called before other people's code may run. */
  flush(): void
  /** From here on promises may settle unseen. */
  blind(): void
  /** Whether it has not settled for sure. Where it might have, unseen, the promise itself is asked, if it is still there. */
  isPending(record: PromiseRecord<Owner>): boolean
  find(promise: object): PromiseRecord<Owner> | undefined
  /** What led to the continuation that runs, as far as it is known. */
  cause(): Cause | undefined
  /** Whether a continuation runs, and no other callback. */
  inJob(): boolean
  /** Follows a record no longer. */
  release(record: PromiseRecord<Owner>): void
  /** Told of each record that settles. */
  onSettled: ((record: PromiseRecord<Owner>) => void) | undefined
}

/** A hook: the stack of what it tells is what is below it. */
export type Hook = (...args: never[]) => unknown

export interface PromiseSurroundings {
  /** Whether a script is the test runner's: its own promises are of no interest. */
  isRunner(url: string): boolean
  /** Whether it is the user's. */
  isOwn(url: string): boolean
  /** Whether it is the profiler's, whose functions stand around a test's. */
  isOurs(url: string): boolean
  /** What led to the callback that runs, where it is no promise's. */
  callbackCause(): Cause | undefined
  /** Of the test that has replaced timers. */
  fakeClock(): FakeClock | undefined
  /** The time since then was ours. */
  ours(since: number): void
}
