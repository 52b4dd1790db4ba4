import type { StackFrame } from '../../../model/code.ts'
import type { FakeClock } from '../../patches/fake-timers.ts'
import type { Cause } from '../causes.ts'
import type { StackBudget } from '../stack-budget.ts'

/** Raw record of one promise that did not settle in the callback that made it. The promise itself is held weakly. */
export interface PromiseRecord<Owner> extends Cause {
  /** Missing until the callback that made it has ended. */
  ref: WeakRef<object> | undefined
  readonly owner: Owner
  readonly createdMs: number
  settledMs: number | undefined
  /** Innermost first. V8's own `then`, `Promise` or `race` stands first where it made the promise. */
  frames: readonly StackFrame[]
  /** Whether the user's code is on its stack. */
  readonly own: boolean
  /** Whether `then` or an `await` made it of another one. */
  readonly derived: boolean
  /** Of an `await`: the first one of the same run of its function. */
  readonly first: PromiseRecord<Owner> | undefined
  /** Script and function of the top frame. */
  readonly top: { url: string; name: string; own: boolean }
  /** Whose outcome it waits for; of derived ones, where that one is known. */
  readonly source: PromiseRecord<Owner> | undefined
  /** Those that wait for its outcome, and how many more do. */
  dependents: PromiseRecord<Owner>[]
  moreDependents: number
  /** Another promise that it was resolved with: it settles with that one. */
  follows: PromiseRecord<Owner> | undefined
  /** What led to it, where the user's code is not on its own stack. */
  readonly cause: Cause | undefined
  /** Whether it is the cause of something else. */
  causes: boolean
  /** The clock of the test that had faked timers when it was made: nothing else moves them on. */
  readonly fake: FakeClock | undefined
  /** It is looked for when it has settled, too. */
  kept: boolean
}

/** The promises of one test that have not settled, shared by all scopes inside the test. */
export interface PromiseLog<Owner> {
  readonly pending: Set<PromiseRecord<Owner>>
  readonly budget: StackBudget
  /** For those that a library's function makes, many in a row or where it goes on: they shall not use up what finds the user's. */
  readonly others: StackBudget
}
