import { now } from '../probes/clock.ts'
import { otherCallbacks } from '../probes/hooks.ts'
import type { EvidenceSource } from './evidence.ts'
import type { Scope, StarvedTurn } from './scope.ts'

/**
 * A turn that a scope's own work seems to have made too long, with what ran in it.
 * @param turn since when it has lasted, and how long the loop was busy in it
 * @returns nothing where the runner made it long, or modules that load one another: those are no callbacks to spread
 */
export function starvedTurn(scope: Scope, { startMs, busyMs }: { startMs: number; busyMs: number }, { of }: EvidenceSource): StarvedTurn | undefined {
  const since = now()
  const { ms, stolenMs, microtasks, ticks } = scope.turn
  // Others' work in the same turn is no evidence of this one's.
  const evidence = ms * 2 > busyMs ? of({ startMs, durationMs: since - startMs }) : undefined
  scope.overheadMs += now() - since
  const durationMs = ms - (evidence?.runnerMs ?? 0)
  if (evidence?.kind === 'module-load' || durationMs - stolenMs <= scope.thresholds.blockingThreshold) return undefined
  const queued = scope.taskLog.records.findLast(({ owner, frames: [top] }) => owner === scope && top !== undefined)?.frames
  return { scope, startMs, durationMs, stolenMs, microtasks, ticks, callbacks: otherCallbacks(scope.turn), evidence, queued, victims: [] }
}
