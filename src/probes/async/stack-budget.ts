import { now } from '../../node/clock.ts'

/**
 * What stacks of one sort may cost a test or a file: something at once, and a share of the time that goes by. A limit by their
 * number would be used up by one read file, whose promises are Node's own.
 */
export interface StackLimits {
  /** Milliseconds that may be spent at once. */
  readonly initialMs: number
  /** Of the time that goes by. */
  readonly share: number
  /** Of a test: stacks that it may take at the least, whatever the tests before it have left of the file's budget. */
  readonly least?: number
}

export interface StackBudget {
  readonly limits: StackLimits
  /** What a test spends is its file's, too: a thousand short tests shall not cost a thousand times what one may. */
  readonly file: StackBudget | undefined
  spentMs: number
  /** Those that told something of the test's: the runner's own promises come first in each. */
  taken: number
  /** Somebody asserts on what is found: it has all that it needs, within reason. */
  asked: boolean
  /** Requests for a stack that were refused, and never made good. */
  passedOver: number
  readonly sinceMs: number
  /** Requests for a stack that were refused since the time was last looked at. */
  refused: number
}

/** Looking at the time for each refusal would be most of what a promise costs. */
const LOOK_EVERY = 8

export const createStackBudget = (limits: StackLimits, file?: StackBudget): StackBudget => ({
  limits,
  file,
  spentMs: 0,
  taken: 0,
  asked: false,
  passedOver: 0,
  sinceMs: now(),
  refused: 0
})

/** Whether one more stack may be taken. */
export function affords(budget: StackBudget): boolean {
  const {
    file,
    taken,
    asked,
    limits: { least = 0 }
  } = budget
  if (taken < least) return true
  if (asked ? budget.spentMs < ASKED_MS : isWithin(budget) && (file === undefined || isWithin(file))) return true
  budget.passedOver++
  return false
}
/** Some fifty thousand stacks. */
const ASKED_MS = 500

function isWithin(budget: StackBudget): boolean {
  const {
    limits: { initialMs, share },
    file,
    sinceMs
  } = budget
  if (budget.spentMs < initialMs) return true
  if (++budget.refused % LOOK_EVERY !== 0) return false
  const earnedMs = initialMs + (now() - sinceMs) * share
  if (budget.spentMs >= earnedMs) return false
  // What time has paid for a test is not saved up: a burst has what a test starts with. A file saves for the tests to come.
  if (file !== undefined) budget.spentMs = Math.max(budget.spentMs, earnedMs - BURST_MS)
  return true
}
const BURST_MS = 0.1

/** A stack was taken. @param since when it was asked for, @param tells whether it is one of those that a test may take at the least */
export function spend(budget: StackBudget, since: number, tells = true): void {
  if (tells) budget.taken++
  pay(budget, since, 1)
}

/** For stacks that were taken, or read. @param since when the first of them was asked for */
export function pay(budget: StackBudget, since: number, stacks: number): void {
  // At first each costs more than it will: code is compiled, and functions are parsed for their lines. That is paid once.
  const dearestMs = budget.spentMs < budget.limits.initialMs ? DEAREST_AT_FIRST_MS : DEAREST_MS
  const spentMs = Math.min(now() - since, stacks * dearestMs)
  budget.spentMs += spentMs
  if (budget.file !== undefined) budget.file.spentMs += spentMs
}
const DEAREST_AT_FIRST_MS = 0.02
/**
 * One that is taken once in a while costs 40 µs, ten times as much as one of many in a row. What took longer was kept from the CPU by
 * others.
 */
const DEAREST_MS = 0.1
