import { describePlace } from '../../analysis/profile.ts'
import type { TimedOut } from '../../model/leftovers.ts'
import { now } from '../../node/clock.ts'
import type { Measurer } from '../profile/measure.ts'
import { toCulprit } from '../scope/culprit.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { Locator } from '../source/locate.ts'
import type { PromiseChains } from './promise-chains.ts'
import { deepestPlace, waitsOf } from './waits.ts'

export interface TimeoutTools {
  session: Session
  measurer: Measurer
  chains: PromiseChains
  locator: Locator
}

/** Why a test was given up: what it still waits for, and what the loop did meanwhile. @param what the runner's message */
export function explainTimedOut(test: Scope, what: string, { session, measurer, chains, locator }: TimeoutTools): TimedOut {
  const waits = waitsOf(test, session, chains, locator)
  const location = deepestPlace(waits)
  const elapsedMs = (test.endMs ?? now()) - test.startMs
  const { busyMs, stolenMs } = test.loopLag ?? {}
  // Whoever blocked the loop: a test that times out may be another one's victim.
  const stalls = [...new Set([test, ...session.openTests()])].flatMap((scope) => measurer.stretches(scope, (busyMs ?? elapsedMs) / 4))
  const [longest] = stalls.toSorted((a, b) => b.durationMs - a.durationMs)
  return {
    what,
    waits,
    ...(location && { location }),
    ...(busyMs !== undefined && { busyMs }),
    ...(stolenMs !== undefined && { stolenMs }),
    elapsedMs,
    ...(longest && { blocker: { name: describePlace(longest), ...(longest.location && { location: longest.location }) } }),
    culprit: toCulprit(test)
  }
}
