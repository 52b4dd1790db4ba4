import type { Budget, ResolvedOptions, RuleName } from '../model.ts'
import { DEFAULT_OPTIONS } from '../test-options.ts'

const SERVED_RULES = new Set<RuleName>(['blocking-call', 'loop-starvation', 'sync-call', 'lag-budget', 'stuck-test'])
const UNSERVED_LIMITS = ['leaks'] as const satisfies (keyof Budget)[]

/** One sentence for each option that is set but not served by this version: nobody should rely on it unknowingly. */
export function unavailableOptions({ baseline, budgets, report, rules }: ResolvedOptions): string[] {
  const set = [
    baseline !== undefined && 'baseline',
    ...(['html', 'trace', 'sarif'] as const).map((kind) => report[kind] !== undefined && `report.${kind}`),
    ...UNSERVED_LIMITS.map((limit) => budgets.some((budget) => budget[limit] !== undefined) && `budgets: ${limit}`),
    ...(Object.keys(rules) as RuleName[]).map(
      (rule) => !SERVED_RULES.has(rule) && rules[rule] !== DEFAULT_OPTIONS.rules[rule] && `rules: ${rule}`
    )
  ].filter((name) => name !== false)
  return set.map((name) => `${name} is set, but this version does not act on it yet`)
}
