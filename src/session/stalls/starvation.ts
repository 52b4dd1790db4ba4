import type { RawFrame, StackFrame } from '../../model/code.ts'
import { now } from '../../node/clock.ts'
import { otherCallbacks } from '../../probes/async/hooks.ts'
import type { Promises } from '../../probes/async/promises/promises.ts'
import type { Resources } from '../../probes/async/resources/resources.ts'
import { toShown } from '../profile/shown-frames.ts'
import type { Scope, StarvedTurn } from '../scope/scope.ts'
import { isOwnUrl } from '../source/user-code.ts'
import type { EvidenceSource } from './evidence.ts'

export interface StarvationTools {
  evidence: EvidenceSource
  promises: Promises<Scope>
  resources: Resources<Scope>
  /** How many frames of a stack are kept. */
  depth: number
}

/**
 * A turn that a scope's own work seems to have made too long, with what ran in it.
 * @param turn since when it has lasted, and how long the loop was busy in it
 * @returns nothing if the runner made the turn long, or modules that load each other: there are no callbacks to spread then
 */
export function starvedTurn(
  scope: Scope,
  { startMs, busyMs }: { startMs: number; busyMs: number },
  tools: StarvationTools
): StarvedTurn | undefined {
  const endMs = now()
  const { ms, stolenMs, longestMs, microtasks, ticks, oursMs } = scope.turn
  // If other scopes did most of the turn's work, a profile of the turn says little about this one.
  const evidence = ms * 2 > busyMs ? tools.evidence.of({ startMs, durationMs: endMs - startMs }) : undefined
  // The profile covers the whole turn. Only that part of the runner's work counts that was in the scope's own time.
  const durationMs = ms - oursMs - Math.max(0, (evidence?.runnerMs ?? 0) - (busyMs - ms))
  // One stretch made most of the turn, and it is below the threshold. These are not many callbacks, and the rest may be the runner's.
  if (longestMs * 2 > durationMs) return undefined
  if (evidence?.kind === 'module-load' || durationMs - stolenMs <= scope.thresholds.blockingThreshold) return undefined
  return {
    scope,
    startMs,
    durationMs,
    stolenMs,
    microtasks,
    ticks,
    callbacks: otherCallbacks(scope.turn),
    evidence,
    queued: lastStarted(scope, tools),
    victims: []
  }
}

/** The stack at which a scope last started work that has not ended yet. */
function lastStarted(scope: Scope, { promises, resources, depth }: StarvationTools): RawFrame[] | undefined {
  promises.flush()
  const isOwn = ({ url }: StackFrame): boolean => isOwnUrl(url)
  const made = [...scope.promises.pending].findLast(({ owner, frames }) => owner === scope && frames.some(isOwn))
  const resource = scope.resources.records.findLast(({ owner }) => owner === scope)
  const starts = [
    { at: made?.createdMs ?? 0, frames: made?.frames ?? [] },
    { at: resource?.createdMs ?? 0, frames: resource === undefined ? [] : resources.framesOf(resource).frames }
  ]
  const [last] = starts.filter(({ frames }) => frames.some(isOwn)).toSorted((a, b) => b.at - a.at)
  return last && toShown(last.frames, depth)
}
