import picomatch from 'picomatch'
import type { Budget, BudgetVerdict, Finding, ResolvedOptions } from '../model.ts'
import type { ScopeResult } from '../records/results.ts'
import { lagBudgetFinding, worstPlaces } from './budget-findings.ts'

export interface FileResults {
  file: string
  results: readonly ScopeResult[]
}

/** Holds the budgets of the options against all files, or those that their glob names. */
export function judgeRun(
  files: readonly FileResults[],
  { budgets, rules }: ResolvedOptions,
  filtered: boolean
): { budgets: BudgetVerdict[]; findings: Finding[]; notices: string[] } {
  const verdicts: BudgetVerdict[] = []
  const notices: string[] = []
  for (const budget of rules['lag-budget'] === 'off' ? [] : budgets) {
    const matches = budget.files === undefined ? () => true : picomatch(budget.files)
    const chosen = files.filter(({ file }) => matches(file))
    if (chosen.length === 0 && files.length > 0) {
      if (!filtered) notices.push(`budgets: files '${budget.files}' matches no test file of this run; check the glob, which is relative to the project's root`)
    } else verdicts.push(...judge(budget, chosen))
  }
  const over = verdicts.filter(({ verdict }) => verdict === 'over')
  const findings = over.map((verdict) => lagBudgetFinding(verdict, rules['lag-budget'] === 'error' ? 'error' : 'warn'))
  return { budgets: verdicts, findings, notices }
}

function judge(budget: Budget, files: readonly FileResults[]): BudgetVerdict[] {
  const results = files.flatMap(({ results: each }) => each)
  const findings = results.flatMap((result) => result.findings).filter(({ confidence, status }) => confidence !== 'inconclusive' && status !== 'allowed')
  const stalls = findings.filter(({ rule }) => rule === 'blocking-call')
  const leaks = findings.filter(({ rule }) => rule === 'leaked-resource').map(({ occurrences, location }) => ({ durationMs: occurrences, ...(location && { location }) }))
  const lags = results.flatMap(({ lag }) => lag ?? [])
  const measured = {
    maxLag: lags.length > 0 ? Math.max(...lags.map(({ maxMs }) => maxMs)) : undefined,
    p99Lag: lags.length > 0 ? Math.max(...lags.map(({ p99Ms }) => p99Ms)) : undefined,
    blockingCalls: sum(results, ({ blocking }) => blocking.count),
    totalBlocking: sum(results, ({ blocking }) => blocking.totalMs),
    syncCalls: sum(results, ({ syncCalls }) => syncCalls),
    leaks: sum(results, ({ leaks = 0 }) => leaks)
  }
  const scope = budget.files === undefined ? {} : { files: budget.files }
  return (Object.keys(measured) as (keyof typeof measured)[]).flatMap((name): BudgetVerdict[] => {
    const allowed = budget[name]
    if (allowed === undefined) return []
    const value = measured[name]
    const over = value !== undefined && value > allowed
    const verdict = value === undefined ? 'inconclusive' : over ? 'over' : 'within'
    return [{ budget: name, scope, allowed, measured: value ?? 0, verdict, contributors: over ? worstPlaces(name === 'leaks' ? leaks : stalls) : [] }]
  })
}

const sum = (results: readonly ScopeResult[], of: (result: ScopeResult) => number): number =>
  results.reduce((total, result) => total + of(result), 0)
