import type { PlacedSyncCall, Starvation } from '../../model/measured.ts'
import { toCulprit, toVictims } from '../scope/culprit.ts'
import type { Scope, StarvedTurn } from '../scope/scope.ts'
import { lengthOf, type SyncCall } from '../scope/sync-call-list.ts'
import type { Locator } from '../source/locate.ts'
import { isOwnUrl } from '../source/user-code.ts'

/** Below it, what the samples show is not what made the turn long. */
const TELLING_SHARE = 0.3

export function toStarvation(
  { scope, durationMs, stolenMs, microtasks, ticks, callbacks, evidence, queued, victims }: StarvedTurn,
  locator: Locator
): Starvation {
  // Without a profile all that is known is where async work was started: that is what was queued.
  const started = evidence?.source === 'breadcrumbs' ? evidence.frames : (queued ?? [])
  const placed =
    evidence !== undefined && evidence.source !== 'breadcrumbs' && evidence.share >= TELLING_SHARE ? locator.places(evidence) : undefined
  const seen = placed?.location === undefined ? undefined : placed
  const stack = seen?.stack ?? started.map(locator.frame)
  const location = seen?.location ?? stack[started.findIndex(({ url }) => isOwnUrl(url))]
  const functionName = seen?.functionName ?? location?.functionName
  return {
    durationMs,
    stolenMs,
    microtasks,
    ticks,
    callbacks,
    confidence: seen?.confidence ?? 'likely',
    ...(functionName !== undefined && { functionName }),
    ...(location && { location }),
    stack,
    culprit: toCulprit(scope),
    victims: toVictims(victims)
  }
}

/** One for each API and line, with the figures of all its calls. */
export function toSyncCalls(calls: readonly SyncCall<Scope>[], locator: Locator): PlacedSyncCall[] {
  const groups = Map.groupBy(calls, ({ name, scope, frames, own }) => {
    const { url, line, column } = frames[Math.max(own, 0)]!
    return JSON.stringify([name, toCulprit(scope), url, line, column])
  })
  return Array.from(groups.values(), (group) => {
    const longest = group.reduce((top, call) => (lengthOf(call) > lengthOf(top) ? call : top))
    const { name, kind, detail, scope, frames, own } = longest
    const stack = frames.map(locator.frame)
    const location = stack[own]
    const functionName = location?.functionName
    return {
      callee: name,
      kind,
      ...(detail !== undefined && { detail }),
      calls: group.length,
      totalMs: group.reduce((sum, call) => sum + lengthOf(call), 0),
      longestMs: lengthOf(longest),
      ...(functionName !== undefined && { functionName }),
      ...(location && { location }),
      stack,
      culprit: toCulprit(scope)
    }
  })
}
