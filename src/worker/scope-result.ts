import { findBlockingCalls, judgeBudget, judgeStretches, lagBudgetFinding, netMs, summarize } from '../analysis/profile.ts'
import type { BudgetLimits, Finding, ResolvedOptions } from '../model.ts'
import type { ScopeResult } from '../records.ts'
import type { Scope } from '../session/scope.ts'
import type { WorkerState } from './state.ts'

/** What the reporter hears of a test or file that has ended. */
export function resultOf(
  { profiler, options, notices }: WorkerState,
  scope: Scope,
  rules: ResolvedOptions['rules'],
  budget: BudgetLimits | undefined
): ScopeResult {
  const { session, measurer } = profiler
  const { evidence } = session
  const { blockingThreshold } = scope.thresholds
  const file = scope.file ?? ''
  const stretches = measurer.stretches(scope, blockingThreshold)
  const findings: Finding[] = options.detectBlocking ? findBlockingCalls(stretches, { file, rules, blockingThreshold }) : []
  const blocking = judgeStretches(stretches, blockingThreshold).over
  const lag = scope.lag?.stats(0)
  const where = { file, ...(scope.test && { test: scope.test.name }) }
  const setting = rules['lag-budget']
  const budgets = budget === undefined || setting === 'off' ? [] : judgeBudget(budget, { lag, blocking }, where)
  for (const verdict of budgets) {
    if (verdict.verdict === 'over' && setting !== 'off') findings.push(lagBudgetFinding(verdict, setting))
  }
  const fallback = evidence.fallback()
  if (fallback !== undefined) notices.add(`backend 'inspector' could not run, 'async-hooks' did: ${fallback}`)
  return {
    backend: evidence.backend(),
    ...(scope.kind === 'test' && { summary: summarize(measurer.taskStates(scope), scope.taskLog.dropped, blocking, lag?.maxMs ?? 0, findings) }),
    ...(lag && { lag }),
    blocking: { count: blocking.length, totalMs: blocking.reduce((sum, call) => sum + netMs(call), 0) },
    findings,
    budgets,
    // The hooks' calls in a file are those of its tests.
    overheadMs: scope.kind === 'test' ? profiler.overheadOf(scope) : scope.overheadMs,
    notices: [...notices]
  }
}
