import { executionAsyncResource } from 'node:async_hooks'
import { dueTime } from '../../node/resources/timers.ts'
import type { Kept, Scope } from '../scope/scope.ts'

/**
 * Milliseconds after a stall in which callbacks are checked. What became ready during the stall runs in the same turn or in the next one.
 */
const WATCH_MS = 50
const MAX_VICTIMS = 20

/** Told of each callback that starts after a stall, until it returns false. */
export type VictimWatch = (at: number, scope: Scope | undefined) => boolean

/**
 * Notes whose callbacks had to wait for a stall. The delay of a timer is exact, because a timer knows when it was due. Other callbacks may
 * have become ready at any time during the stall, so their delay is an upper bound.
 */
export function watchVictims(kept: Kept): VictimWatch {
  const endMs = kept.startMs + kept.durationMs
  /** Scopes that are judged already: a chain of continuations belongs to one scope and may be long. */
  const seen = new Set<Scope | undefined>()
  return (at, scope) => {
    if (at - endMs > WATCH_MS || kept.victims.length >= MAX_VICTIMS) return false
    if (seen.has(scope)) return true
    seen.add(scope)
    // Nobody waits for what an ended scope left behind. Continuations of a file, and those around a test, are the runner's.
    if (scope === undefined || scope.kind === 'file' || scope.kind === 'runner' || scope.endMs !== undefined) return true
    if (scope.includes(kept.scope) || kept.scope.includes(scope)) return true
    const readyMs = dueTime(executionAsyncResource()) ?? Math.max(kept.startMs, scope.startMs)
    const delayMs = at - readyMs
    // A timer that came due after the stall was not held up by it.
    if (readyMs < endMs && delayMs > scope.thresholds.lagThreshold) kept.victims.push({ scope, delayMs })
    return true
  }
}
