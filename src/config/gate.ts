import type { RuleName } from '../model/finding.ts'
import type { BudgetLimits, ResolvedOptions, RuleSetting } from '../model/options.ts'
import { DEFAULT_OPTIONS } from './defaults.ts'

type Rules = Partial<Record<RuleName, RuleSetting>>

/** Whether a rule is an error only because somebody said so. */
const isRaised = (rules: Rules, rule: RuleName): boolean => rules[rule] === 'error' && DEFAULT_OPTIONS.rules[rule] !== 'error'

/** Whether somebody relies on failures: by a budget, or by a rule that is an error only because they said so. */
export const hasGate = ({ rules, budgets }: Pick<ResolvedOptions, 'rules' | 'budgets'>): boolean =>
  budgets.length > 0 || (Object.keys(rules) as RuleName[]).some((rule) => isRaised(rules, rule))

/**
 * Whether somebody relies on failures by what a test leaves behind: it is looked for wherever it may be then. An error that nobody handled
 * has a stack of its own.
 */
export const failsByLeftovers = (rules: Rules, budgets: readonly (BudgetLimits | undefined)[]): boolean =>
  (['leaked-resource', 'floating-promise', 'never-settles'] as const).some((rule) => isRaised(rules, rule)) ||
  budgets.some((budget) => budget?.leaks !== undefined)
