import type { ResolvedOptions, RuleName } from './model.ts'
import { DEFAULT_OPTIONS } from './default-options.ts'

/** Whether somebody relies on failures: by a budget, or by a rule that is an error only because they said so. */
export const hasGate = ({ rules, budgets }: Pick<ResolvedOptions, 'rules' | 'budgets'>): boolean =>
  budgets.length > 0 || Object.entries(rules).some(([rule, setting]) => setting === 'error' && DEFAULT_OPTIONS.rules[rule as RuleName] !== 'error')
