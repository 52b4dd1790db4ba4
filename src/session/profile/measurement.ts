import type { Measurement, RuleContext } from '../../analysis/profile.ts'
import type { ScopeRef } from '../../model/place.ts'
import type { LagStats } from '../../model/profile.ts'
import { isoAt, now } from '../../node/clock.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { Measurer, Seen } from './measure.ts'
import type { Tasks } from './tasks.ts'

export interface MeasurementTools {
  session: Session
  measurer: Measurer
  tasks: Tasks
}

/** All that a scope's profile is made of; stretches longer than its threshold. */
export function measureScope(
  scope: Scope,
  rules: RuleContext['rules'],
  seen: Seen,
  { session, measurer, tasks }: MeasurementTools
): Measurement {
  const { lag } = scope
  const stats = lag?.stats(seen.pendingMs) ?? NO_LAG
  return {
    backend: session.evidence.backend(),
    scope: toScopeRef(scope),
    startedAt: isoAt(scope.startMs),
    durationMs: (scope.endMs ?? now()) - scope.startMs,
    tasks: tasks.of(scope),
    droppedTasks: scope.taskLog.dropped + scope.droppedRequests,
    observed: measurer.observe(scope, rules, 0, seen),
    droppedStretches: scope.droppedStretches,
    blockingThreshold: scope.thresholds.blockingThreshold,
    eventLoopLag: { ...stats, samples: [...(lag?.samples ?? [])], droppedSamples: lag?.droppedSamples ?? 0 },
    overheadMs: scope.overheadMs
  }
}

const NO_LAG: LagStats = { maxMs: 0, meanMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 }

function toScopeRef({ kind, name, file, method, url, status }: Scope): ScopeRef {
  return {
    kind: kind === 'file' || kind === 'runner' ? 'function' : kind,
    name,
    ...(file !== undefined && { file }),
    ...(method !== undefined && { method }),
    ...(url !== undefined && { url }),
    ...(status !== undefined && { status })
  }
}
