import { mergeFindings } from '../analysis/rules.ts'
import type { LagStats } from '../model.ts'
import type { ScopeResult } from '../records.ts'
import type { RunnerTest } from './test-task.ts'

/** By test, the result of each repetition; a retry of one takes its place. */
const repetitions = new WeakMap<object, ScopeResult[]>()

/** A test's result with this attempt: all its repetitions count, and of each the last attempt. */
export function addAttempt(task: RunnerTest, result: ScopeResult): ScopeResult {
  const results = repetitions.get(task) ?? []
  results[task.result?.repeatCount ?? 0] = result
  repetitions.set(task, results)
  return results.length === 1 ? result : merge(results.filter((each) => each !== undefined))
}

function merge(results: readonly ScopeResult[]): ScopeResult {
  const last = results.at(-1)!
  const lags = results.flatMap(({ lag }) => lag ?? [])
  const findings = mergeFindings(results.flatMap((result) => result.findings))
  const { summary } = last
  const count = results.reduce((sum, { blocking }) => sum + blocking.count, 0)
  const totalMs = results.reduce((sum, { blocking }) => sum + blocking.totalMs, 0)
  return {
    ...last,
    ...(lags.length > 0 && { lag: worst(lags) }),
    ...(summary && { summary: { ...summary, blockingCalls: count, totalBlockingMs: totalMs, hasWarnings: findings.length > 0 } }),
    blocking: { count, totalMs },
    findings,
    budgets: results.flatMap(({ budgets }) => budgets),
    overheadMs: results.reduce((sum, { overheadMs }) => sum + overheadMs, 0)
  }
}

/** The figures of several windows: of maxima the largest, and so of percentiles, which cannot be merged. */
function worst(lags: readonly LagStats[]): LagStats {
  const of = (field: keyof LagStats): number => Math.max(...lags.map((lag) => lag[field]))
  return { maxMs: of('maxMs'), meanMs: of('meanMs'), p50Ms: of('p50Ms'), p95Ms: of('p95Ms'), p99Ms: of('p99Ms') }
}
