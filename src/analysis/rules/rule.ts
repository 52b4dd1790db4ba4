import type { ErrorCode } from '../../errors.ts'
import type { RuleName } from '../../model/finding.ts'
import type { RuleSetting } from '../../model/options.ts'

/** What a rule is, besides how its findings are made. Whatever tells one rule from another asks for it here, and not for names. */
export interface Rule {
  name: RuleName
  /** Where nobody says another. */
  default: RuleSetting
  /** Of the error that fails a test or file. */
  code: ErrorCode
  /** In the place of a duration. */
  label: string
  /** In a count: of one finding, and of several. */
  counted: readonly [one: string, many: string]
  /** What its findings stand on: work that kept the loop, or what was left over. */
  standsOn: 'stalls' | 'leftovers' | 'both'
  /** Vitest fails it by itself: the test, or the run, if its config does not say otherwise. One report, not two. */
  failedByVitest?: 'test' | 'run'
}
