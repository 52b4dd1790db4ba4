import picomatch from 'picomatch'
import type { Finding } from '../../model/finding.ts'
import type { Budget, ResolvedOptions } from '../../model/options.ts'
import type { BudgetVerdict } from '../../model/report.ts'
import type { ScopeResult } from '../../model/results.ts'
import { lagBudgetFinding, worstPlaces } from '../rules/lag-budget.ts'

export interface FileResults {
  file: string
  results: readonly ScopeResult[]
}

export interface RunVerdicts {
  budgets: BudgetVerdict[]
  /** One for each budget gone over, in the file that took most of it. */
  findings: Finding[]
  /** Budgets that judged nothing, one sentence each. */
  unmatched: string[]
}

/**
 * Holds the budgets of the options against all files, or those that their glob names.
 * @param filtered whether only a part of the files ran
 */
export function judgeRun(files: readonly FileResults[], { budgets, rules }: ResolvedOptions, filtered: boolean): RunVerdicts {
  const run: RunVerdicts = { budgets: [], findings: [], unmatched: [] }
  const setting = rules['lag-budget']
  for (const budget of setting === 'off' ? [] : budgets) {
    const matches = budget.files === undefined ? () => true : picomatch(budget.files)
    const chosen = files.filter(({ file }) => matches(file))
    if (chosen.length === 0 && files.length > 0) {
      if (!filtered)
        run.unmatched.push(
          `no test file of this run matches the budget for files '${budget.files}': check the glob, which is relative to the project's root`
        )
      continue
    }
    for (const { verdict, worstFile } of judge(budget, chosen)) {
      run.budgets.push(verdict)
      if (verdict.verdict === 'over')
        run.findings.push({ ...lagBudgetFinding(verdict, setting === 'error' ? 'error' : 'warn'), file: worstFile })
    }
  }
  return run
}

type Metric = (results: readonly ScopeResult[]) => number | undefined

const METRICS: Record<Exclude<keyof Budget, 'files'>, Metric> = {
  maxLag: (results) => max(results.flatMap(({ lag }) => lag?.maxMs ?? [])),
  p99Lag: (results) => max(results.flatMap(({ lag }) => lag?.p99Ms ?? [])),
  blockingCalls: (results) => sum(results.map(({ blocking }) => blocking.count)),
  totalBlocking: (results) => sum(results.map(({ blocking }) => blocking.totalMs)),
  syncCalls: (results) => sum(results.map(({ syncCalls }) => syncCalls)),
  leaks: (results) => sum(results.map(({ leaks = 0 }) => leaks))
}

function judge(budget: Budget, files: readonly FileResults[]): { verdict: BudgetVerdict; worstFile: string }[] {
  const scope = budget.files === undefined ? {} : { files: budget.files }
  const results = files.flatMap(({ results: each }) => each)
  return (Object.keys(METRICS) as (keyof typeof METRICS)[]).flatMap((name) => {
    const allowed = budget[name]
    if (allowed === undefined) return []
    const metric = METRICS[name]
    const measured = metric(results)
    const over = measured !== undefined && measured > allowed
    const verdict = measured === undefined ? 'inconclusive' : over ? 'over' : 'within'
    const worst = over ? files.toSorted((a, b) => (metric(b.results) ?? 0) - (metric(a.results) ?? 0))[0] : undefined
    return {
      verdict: { budget: name, scope, allowed, measured: measured ?? 0, verdict, contributors: over ? contributorsOf(name, results) : [] },
      worstFile: worst?.file ?? '.'
    }
  })
}

/** The places of what the budget counts, longest or most first. */
function contributorsOf(name: keyof typeof METRICS, results: readonly ScopeResult[]): BudgetVerdict['contributors'] {
  const rule = name === 'leaks' ? 'leaked-resource' : 'blocking-call'
  const findings = results
    .flatMap((result) => result.findings)
    .filter((finding) => finding.rule === rule && finding.confidence !== 'inconclusive' && finding.status !== 'allowed')
  return worstPlaces(findings.map(({ occurrences, durationMs = occurrences, location }) => ({ durationMs, ...(location && { location }) })))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const max = (values: readonly number[]): number | undefined => (values.length > 0 ? Math.max(...values) : undefined)
