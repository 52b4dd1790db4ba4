import { BARS, type Bars, LEFTOVER_BARS } from '../bars.ts'
import type { Backend } from './combinations.ts'
import type { Outcome } from './judge.ts'

/** Rules for what a test leaves behind. */
export const LEFTOVER_RULES: readonly string[] = ['leaked-resource', 'floating-promise', 'never-settles']

/** Judged together with them: an error that comes too late, and a test that waits for ever. */
const LATE_RULES = [...LEFTOVER_RULES, 'unhandled-rejection', 'stuck-test']

/** A part of an outcome that has bars of its own. */
export interface Part {
  name: 'stalls' | 'leftovers'
  outcome: Outcome
  bars: Bars
}

/** The two parts, as far as there is something in them. What is wrong with the corpus itself is in the first one. */
export function partsOf(outcome: Outcome, backend: Backend): Part[] {
  const leftovers = { ...pick(outcome, (rule) => LATE_RULES.includes(rule)), broken: [] }
  const parts: Part[] = [
    { name: 'stalls', outcome: pick(outcome, (rule) => !LATE_RULES.includes(rule)), bars: BARS[backend] },
    { name: 'leftovers', outcome: leftovers, bars: LEFTOVER_BARS },
  ]
  return parts.filter(({ outcome }) => Object.values(outcome).some((list) => list.length > 0))
}

export function pick({ found, missed, falseAlarms, inconclusive, doubted, broken }: Outcome, isIn: (rule: string) => boolean): Outcome {
  return {
    found: found.filter(({ expectation }) => expectation.rules.every(isIn)),
    missed: missed.filter(({ rules }) => rules.every(isIn)),
    falseAlarms: falseAlarms.filter(({ rule }) => isIn(rule)),
    inconclusive: inconclusive.filter(({ rule }) => isIn(rule)),
    doubted: doubted.filter(({ rules }) => rules.every(isIn)),
    broken,
  }
}
