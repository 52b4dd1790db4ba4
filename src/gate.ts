import type { Finding, ResolvedOptions, RuleName } from './model.ts'
import { DEFAULT_OPTIONS } from './test-options.ts'

/** Whether somebody relies on failures: by a budget, or by a rule that is an error only because they said so. */
export const hasGate = ({ rules, budgets }: Pick<ResolvedOptions, 'rules' | 'budgets'>): boolean =>
  budgets.length > 0 || Object.entries(rules).some(([rule, setting]) => setting === 'error' && DEFAULT_OPTIONS.rules[rule as RuleName] !== 'error')

/** What Vitest fails by itself: an unhandled error the run, a timeout the test. One report, not two. */
const FAILED_BY_VITEST = new Set<RuleName>(['unhandled-rejection', 'stuck-test'])

/** Whether a finding is to fail its test or file. */
export const isFailure = ({ rule, severity, status }: Finding): boolean => severity === 'error' && status === 'new' && !FAILED_BY_VITEST.has(rule)
