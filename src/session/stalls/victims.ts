import { executionAsyncResource } from 'node:async_hooks'
import { dueTime } from '../../node/resources/timers.ts'
import type { Kept, Scope } from '../scope/scope.ts'

/** How long after a stall callbacks are looked at: what was ready during it runs in this turn or the next. */
const WATCH_MS = 50
const MAX_VICTIMS = 20

/** Told of each callback that starts after a stall, until it returns false. */
export type VictimWatch = (at: number, scope: Scope | undefined) => boolean

/**
 * Notes whose callbacks had to wait for a kept. A timer's delay is exact: it knows when it was due. Other callbacks
 * may have become ready at any time in the stretch, so theirs is an upper bound.
 */
export function watchVictims(kept: Kept): VictimWatch {
  const endMs = kept.startMs + kept.durationMs
  /** Judged already: a chain of continuations is one scope's, and long. */
  const seen = new Set<Scope | undefined>()
  return (at, scope) => {
    if (at - endMs > WATCH_MS || kept.victims.length >= MAX_VICTIMS) return false
    if (seen.has(scope)) return true
    seen.add(scope)
    // What a scope left behind when it ended waits for nobody; a file's continuations are the runner's, as those around a test are.
    if (scope === undefined || scope.kind === 'file' || scope.kind === 'runner' || scope.endMs !== undefined) return true
    if (scope.includes(kept.scope) || kept.scope.includes(scope)) return true
    const readyMs = dueTime(executionAsyncResource()) ?? Math.max(kept.startMs, scope.startMs)
    const delayMs = at - readyMs
    // A timer that came due after the stall was not held up by it.
    if (readyMs < endMs && delayMs > scope.thresholds.lagThreshold) kept.victims.push({ scope, delayMs })
    return true
  }
}
