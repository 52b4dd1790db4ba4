import type { Finding } from '../../../src/model/finding.ts'
import { BARS, type Bars, LEFTOVER_BARS, STACK_BARS } from '../bars.ts'
import type { Backend } from './combinations.ts'
import type { Expectation } from './expectations.ts'
import type { Outcome } from './judge.ts'

/** Rules for what a test leaves behind. */
export const LEFTOVER_RULES: readonly string[] = ['leaked-resource', 'floating-promise', 'never-settles']

/** Judged together with them: an error that comes too late, and a test that waits for ever. */
const LATE_RULES = [...LEFTOVER_RULES, 'unhandled-rejection', 'stuck-test']

/** Test files on real server stacks are a part of their own, whatever the rule. */
const STACKS = 'test/stacks/'

/** A part of an outcome that has bars of its own. */
export interface Part {
  name: 'stalls' | 'leftovers' | 'stacks'
  outcome: Outcome
  bars: Bars
}

/** The parts, as far as there is something in them. What is wrong with the corpus itself is with the stalls or with the stacks. */
export function partsOf(outcome: Outcome, backend: Backend): Part[] {
  const isStack: IsIn = (_rule, file) => file.startsWith(STACKS)
  const isLate: IsIn = (rule, file) => !isStack(rule, file) && LATE_RULES.includes(rule)
  const isStall: IsIn = (rule, file) => !isStack(rule, file) && !LATE_RULES.includes(rule)
  const brokenIn = (stacks: boolean): Outcome['broken'] => outcome.broken.filter(({ file }) => file.startsWith(STACKS) === stacks)
  const parts: Part[] = [
    { name: 'stalls', outcome: { ...pick(outcome, isStall), broken: brokenIn(false) }, bars: BARS[backend] },
    { name: 'leftovers', outcome: pick(outcome, isLate), bars: LEFTOVER_BARS },
    { name: 'stacks', outcome: { ...pick(outcome, isStack), broken: brokenIn(true) }, bars: STACK_BARS[backend] }
  ]
  return parts.filter(({ outcome }) => Object.values(outcome).some((list) => list.length > 0))
}

type IsIn = (rule: string, file: string) => boolean

/** What is planted or found of these rules in these files. What is wrong with the corpus itself has no rule. */
export function pick({ found, missed, falseAlarms, inconclusive, doubted }: Outcome, isIn: IsIn): Outcome {
  const isPlantedIn = ({ rules, file }: Expectation): boolean => rules.every((rule) => isIn(rule, file))
  const isFoundIn = ({ rule, file }: Finding): boolean => isIn(rule, file)
  return {
    found: found.filter(({ expectation }) => isPlantedIn(expectation)),
    missed: missed.filter(isPlantedIn),
    falseAlarms: falseAlarms.filter(isFoundIn),
    inconclusive: inconclusive.filter(isFoundIn),
    doubted: doubted.filter(isPlantedIn),
    broken: []
  }
}
