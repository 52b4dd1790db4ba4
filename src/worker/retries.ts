import type { Finding } from '../model/finding.ts'
import type { LagStats, ProfileSummary } from '../model/profile.ts'
import type { ScopeResult } from '../model/results.ts'
import type { RunnerTest } from '../vitest/worker/test-task.ts'

/** By test, the result of each repetition; a retry of one takes its place. */
const repetitions = new WeakMap<object, ScopeResult[]>()

/** A test's result with this attempt: all its repetitions count, and of each the last attempt. */
export function addAttempt(task: RunnerTest, result: ScopeResult, mergeFindings: MergeFindings): ScopeResult {
  const results = repetitions.get(task) ?? []
  const index = task.result?.repeatCount ?? 0
  // An entry of `allow` that only an earlier attempt needed is of use all the same.
  const allowed = new Set([...(results[index]?.allowed ?? []), ...(result.allowed ?? [])])
  if (allowed.size > 0) result.allowed = [...allowed]
  results[index] = result
  repetitions.set(task, results)
  return results.length === 1
    ? result
    : merge(
        results.filter((each) => each !== undefined),
        mergeFindings
      )
}

type MergeFindings = (findings: readonly Finding[]) => Finding[]

function merge(results: readonly ScopeResult[], mergeFindings: MergeFindings): ScopeResult {
  const last = results.at(-1)!
  const lags = results.flatMap(({ lag }) => lag ?? [])
  const findings = mergeFindings(results.flatMap((result) => result.findings))
  const { summary } = last
  const summaries = results.flatMap((result) => result.summary ?? [])
  const allowed = [...new Set(results.flatMap((result) => result.allowed ?? []))]
  const count = results.reduce((sum, { blocking }) => sum + blocking.count, 0)
  const uncertain = results.flatMap((result) => result.uncertain ?? [])
  const totalMs = results.reduce((sum, { blocking }) => sum + blocking.totalMs, 0)
  return {
    ...last,
    ...(lags.length > 0 && { lag: worst(lags) }),
    ...(summary && { summary: sumUp(summary, summaries) }),
    blocking: { count, totalMs },
    ...(uncertain.length > 0 && { uncertain: { stolen: sumOf(uncertain, 'stolen'), doubtful: sumOf(uncertain, 'doubtful') } }),
    syncCalls: results.reduce((sum, { syncCalls }) => sum + syncCalls, 0),
    findings,
    ...(allowed.length > 0 && { allowed }),
    budgets: results.flatMap(({ budgets }) => budgets)
  }
}

const sumOf = <Key extends string>(all: readonly Record<Key, number>[], key: Key): number => all.reduce((sum, each) => sum + each[key], 0)

/** Allowed calls are in a summary, unlike in `blocking`. */
function sumUp(last: ProfileSummary, all: readonly ProfileSummary[]): ProfileSummary {
  return {
    ...last,
    blockingCalls: all.reduce((sum, { blockingCalls }) => sum + blockingCalls, 0),
    totalBlockingMs: all.reduce((sum, { totalBlockingMs }) => sum + totalBlockingMs, 0),
    hasWarnings: all.some(({ hasWarnings }) => hasWarnings)
  }
}

/** The figures of several windows: of maxima the largest, and so of percentiles, which cannot be merged. */
function worst(lags: readonly LagStats[]): LagStats {
  const of = (field: keyof LagStats): number => Math.max(...lags.map((lag) => lag[field]))
  return { maxMs: of('maxMs'), meanMs: of('meanMs'), p50Ms: of('p50Ms'), p95Ms: of('p95Ms'), p99Ms: of('p99Ms') }
}
