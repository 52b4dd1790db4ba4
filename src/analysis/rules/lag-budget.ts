import type { Finding, Severity } from '../../model/finding.ts'
import type { Location, TestRef } from '../../model/place.ts'
import type { BudgetVerdict } from '../../model/report.ts'
import { formatMs } from '../text/format.ts'
import type { Rule } from './rule.ts'

/** A budget that was gone over. */
export const LAG_BUDGET: Rule = {
  name: 'lag-budget',
  default: 'error',
  code: 'ERR_LAG_BUDGET',
  label: 'over',
  counted: ['over budget', 'over budget'],
  standsOn: 'stalls'
}

const COUNTS = new Set(['blockingCalls', 'syncCalls', 'leaks'])

/** A budget that was overrun, as a finding at the place that took most of it. */
export function lagBudgetFinding(verdict: BudgetVerdict, severity: Severity): Finding {
  const { budget, scope, allowed, measured, contributors } = verdict
  const format = (value: number): string => (COUNTS.has(budget) ? String(value) : formatMs(value))
  const whose = scope.test ?? scope.file ?? scope.files ?? 'the run'
  const test: TestRef | undefined = scope.test === undefined ? undefined : { file: scope.file ?? '', name: scope.test }
  const [location] = contributors
  return {
    rule: 'lag-budget',
    severity,
    confidence: 'certain',
    status: 'new',
    message: `${whose} went over its budget: ${budget} was ${format(measured)}, allowed is ${format(allowed)}`,
    hint:
      location === undefined ? 'split the work that keeps the loop busy, or raise the budget' : 'start with the place that took most of it',
    ...(location && { location }),
    stack: contributors,
    // The whole run's is the project's.
    file: scope.file ?? '.',
    ...(test && { test }),
    evidence: { allowed, measured },
    victims: [],
    occurrences: 1,
    fingerprint: ['lag-budget', budget, allowed, scope.files, scope.file, scope.test].filter(Boolean).join(':')
  }
}

const MAX_PLACES = 3

/** The different places of the longest stalls, longest first. */
export function worstPlaces(stalls: readonly { durationMs?: number; location?: Location }[]): Location[] {
  const worst = stalls.toSorted((a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0)).flatMap(({ location }) => location ?? [])
  const places = new Map<string, Location>()
  for (const place of worst) {
    const key = `${place.file}:${place.line}`
    if (!places.has(key)) places.set(key, place)
  }
  return [...places.values()].slice(0, MAX_PLACES)
}
