import type { Finding } from '../model/finding.ts'
import type { ScopeRef } from '../model/place.ts'
import type { AsyncProfile, BackendName, BlockingCall, EventLoopLag, ProfileSummary, Task } from '../model/profile.ts'
import type { Observed } from './rules/context.ts'
import { judgeStretches, netMs } from './stalls/blocking.ts'
import { makeTimeline } from './timeline.ts'

export { createAllowance } from './allow.ts'
export { blame, NOTHING } from './stalls/blame.ts'
export { kindOfParts } from './stalls/kinds.ts'
export { judgeBudget } from './budgets/test-budgets.ts'
export { judgeStretches, ownMs } from './stalls/blocking.ts'
export { lagBudgetFinding } from './rules/lag-budget.ts'
export { describePlace, isOwnFile } from './text/places.ts'
export type { Left, Observed, RuleContext } from './rules/context.ts'
export { explainTimeout, findTimedOut } from './rules/timed-out.ts'
export { findAll, findLeftovers, mergeFindings } from './rules/find.ts'

/** What a session measured of one scope, placed in the source. */
export interface Measurement {
  backend: BackendName
  scope: ScopeRef
  startedAt: string
  durationMs: number
  tasks: Task[]
  droppedTasks: number
  observed: Observed
  droppedStretches: number
  blockingThreshold: number
  eventLoopLag: EventLoopLag
  overheadMs: number
}

/** The profile that tests and matchers see. */
export function makeProfile(measurement: Measurement, findings: Finding[]): AsyncProfile {
  const { backend, scope, startedAt, durationMs, tasks, droppedTasks, eventLoopLag, overheadMs } = measurement
  const blockingCalls = judgeStretches(measurement.observed.stretches, measurement.blockingThreshold).over
  return {
    backend,
    scope,
    startedAt,
    durationMs,
    tasks,
    droppedTasks,
    blockingThreshold: measurement.blockingThreshold,
    blockingCalls: blockingCalls.toSorted((a, b) => a.startMs - b.startMs),
    droppedBlockingCalls: measurement.droppedStretches,
    eventLoopLag,
    timeline: makeTimeline(tasks, blockingCalls, durationMs),
    summary: summarize(tasks, droppedTasks, blockingCalls, eventLoopLag.maxMs, findings),
    findings,
    profilingOverheadMs: overheadMs
  }
}

export function summarize(
  tasks: readonly Pick<Task, 'status'>[],
  droppedTasks: number,
  blocking: readonly BlockingCall[],
  maxLagMs: number,
  findings: readonly Finding[]
): ProfileSummary {
  const count = (status: Task['status']): number => tasks.filter((task) => task.status === status).length
  return {
    totalTasks: tasks.length + droppedTasks,
    completedTasks: count('completed'),
    cancelledTasks: count('cancelled'),
    errorTasks: count('error'),
    runningTasks: count('running'),
    blockingCalls: blocking.length,
    totalBlockingMs: blocking.reduce((sum, call) => sum + netMs(call), 0),
    maxLagMs,
    hasWarnings: findings.some(({ confidence, status }) => confidence !== 'inconclusive' && status === 'new')
  }
}
