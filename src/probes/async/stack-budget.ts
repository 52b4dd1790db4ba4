import { now } from '../clock.ts'

/**
 * What the stacks that are taken for one test may cost: something at once, and a share of the time that goes by. A limit by their
 * number would be used up by one read file, whose promises are Node's own.
 */
export interface StackBudget {
  /** Milliseconds. */
  spentMs: number
  readonly initialMs: number
  /** Of the test's time. */
  readonly share: number
  readonly sinceMs: number
  /** Requests for a stack that were refused since the time was last looked at. */
  refused: number
}

/** Looking at the time for each refusal would be most of what a promise costs. */
const LOOK_EVERY = 8

export const createStackBudget = ({ initialMs, share }: Pick<StackBudget, 'initialMs' | 'share'>): StackBudget => ({ spentMs: 0, initialMs, share, sinceMs: now(), refused: 0 })

/** Whether one more stack may be taken. */
export function affords(budget: StackBudget): boolean {
  if (budget.spentMs < budget.initialMs) return true
  if (++budget.refused % LOOK_EVERY !== 0) return false
  const earnedMs = budget.initialMs + (now() - budget.sinceMs) * budget.share
  if (budget.spentMs >= earnedMs) return false
  // What time has paid for is not saved up: a burst has what a test starts with.
  budget.spentMs = Math.max(budget.spentMs, earnedMs - BURST_MS)
  return true
}
const BURST_MS = 0.1

/**
 * @param since when the first of them was asked for
 * @param stacks how many were taken, or read
 */
export function spend(budget: StackBudget, since: number, stacks = 1): void {
  // At first each costs more than it will: code is compiled, and functions are parsed for their lines. That is paid once.
  const dearestMs = budget.spentMs < budget.initialMs ? DEAREST_AT_FIRST_MS : DEAREST_MS
  budget.spentMs += Math.min(now() - since, stacks * dearestMs)
}
const DEAREST_AT_FIRST_MS = 0.02
/** One that is taken once in a while costs 40 µs, ten times as much as one of many in a row. What took longer was kept from the CPU by others. */
const DEAREST_MS = 0.1
