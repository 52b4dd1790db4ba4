import { createAllowance, toAllowable } from '../analysis/allow.ts'
import { judgeStretches, ownMs, summarize } from '../analysis/profile.ts'
import { hasGate } from '../config/gate.ts'
import type { Finding } from '../model/finding.ts'
import type { BudgetLimits, ResolvedOptions } from '../model/options.ts'
import type { BlockingCall } from '../model/profile.ts'
import type { ScopeResult } from '../model/results.ts'
import type { Scope } from '../session/scope/scope.ts'
import type { WorkerState } from './state.ts'

/**
 * What the reporter hears of a test or file that has ended.
 * @param besides findings that its runner has made: by what it waited for when it was given up
 */
export function resultOf(
  { profiler, allow, notices }: WorkerState,
  scope: Scope,
  rules: ResolvedOptions['rules'],
  budget: BudgetLimits | undefined,
  besides: readonly Finding[]
): ScopeResult {
  const { session, measurer } = profiler
  const { evidence } = session
  const { blockingThreshold } = scope.thresholds
  const file = scope.file ?? ''
  const observed = profiler.observe(scope, rules)
  const allowance = createAllowance(allow)
  const findings: Finding[] = profiler.findAll(observed, { file, rules, blockingThreshold, allow: allowance.apply })
  const { over: blocking, cleared } = judgeStretches(observed.stretches, blockingThreshold)
  // Not by the findings: the rule may be off, and the collector's pauses break no budget.
  const counted = blocking.filter((call) => ownMs(call) > blockingThreshold && !allowance.covers(toAllowable(call, file)))
  const syncCalls = scope.kind === 'file' ? 0 : scope.syncCalls.calls.length + total(scope.countedCalls ?? new Map())
  const syncPlaces = () => measurer.syncCalls(scope).map(({ calls, location }) => ({ durationMs: calls, ...(location && { location }) }))
  const lag = scope.lag?.stats(0)
  const where = { file, ...(scope.test && { test: scope.test.name }) }
  const setting = rules['lag-budget']
  const { leaks: _, ...limits } = budget ?? {}
  const budgets =
    setting === 'off' || Object.keys(limits).length === 0
      ? []
      : profiler.judgeBudget(limits, { lag, blocking: counted, syncCalls, syncPlaces }, where)
  for (const verdict of budgets) {
    if (verdict.verdict === 'over' && setting !== 'off') findings.push(allowance.apply(profiler.lagBudgetFinding(verdict, setting)))
  }
  const told = [...findings, ...besides.map(allowance.apply)]
  const fallback = evidence.fallback()
  if (fallback !== undefined) notices.add(`backend 'inspector' could not run, 'async-hooks' did: ${fallback}`)
  return {
    backend: evidence.backend(),
    ...(scope.kind === 'test' && {
      summary: summarize(measurer.taskStates(scope), scope.taskLog.dropped, blocking, lag?.maxMs ?? 0, findings)
    }),
    ...(lag && { lag }),
    blocking: { count: counted.length, totalMs: counted.reduce((sum, call) => sum + ownMs(call), 0) },
    syncCalls,
    ...uncertainOf(scope, cleared),
    findings: told,
    ...(allowance.matched().length > 0 && { allowed: allowance.matched() }),
    budgets,
    notices: [...notices]
  }
}

/** What tests did in a file is in their own results. */
function uncertainOf({ kind, doubtfulTurns }: Scope, cleared: readonly BlockingCall[]): Pick<ScopeResult, 'uncertain'> {
  const own = kind === 'file' ? cleared.filter(({ culprit }) => culprit.test === undefined) : cleared
  const stolen = own.filter(({ stolenMs, suspendedMs }) => stolenMs >= suspendedMs).length
  const doubtful = own.length - stolen + doubtfulTurns
  return stolen + doubtful === 0 ? {} : { uncertain: { stolen, doubtful } }
}

/** What is left to say of a test or file where that cannot be found out. */
export function lostResult({ profiler, notices, options, tests }: WorkerState, { kind, name, test }: Scope, error: unknown): ScopeResult {
  const own = test && tests.get(test)
  const rules = own?.rules ?? options.rules
  const relied = own?.budgets !== undefined || hasGate({ rules, budgets: options.budgets })
  const lost = `what was measured of the ${kind} ${JSON.stringify(name)} is lost: ${String(error)}`
  return {
    backend: profiler.session.evidence.backend(),
    blocking: { count: 0, totalMs: 0 },
    syncCalls: 0,
    findings: [],
    budgets: [],
    notices: relied ? [...notices] : [...notices, lost],
    ...(relied && { failure: lost })
  }
}

const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0)
