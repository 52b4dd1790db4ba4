import type { Leftovers } from '../../model/leftovers.ts'
import type { MeasuredSubject } from '../../model/measured.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import type { Measurer, Seen } from './measure.ts'

/** What matchers judge besides the profile itself, as it was at one moment. */
export type Frozen = Omit<MeasuredSubject, 'profile'>

/** What the probes could see at all. */
type Known = Pick<MeasuredSubject, 'complete' | 'blockingKnown' | 'unseenTasks' | 'passedOver'>

export interface FreezeTools {
  session: Session
  measurer: Measurer
  known: Known
  /** Does something that is not to count as the running test's own work. */
  apart<T>(work: () => T): T
}

/**
 * What goes on is no part of it. Lists are copied, and placed in the source when they are asked for: most profiles never are.
 * @param left what the scope had left behind
 */
export function freeze(scope: Scope, seen: Seen, left: () => Leftovers, { session, measurer, known, apart }: FreezeTools): Frozen {
  const { lag, loopLag, taskLog, thresholds } = scope
  const dropped = new Map(scope.countedCalls)
  const unseenModules = session.syncCalls.unseenSince(scope.startMs)
  return {
    ...known,
    leastStretchMs: 0,
    unseenModules,
    syncCalls: () => ({ kept: apart(() => measurer.syncCalls(scope, seen)), dropped }),
    stretchesOver: (ms) => apart(() => measurer.stretches(scope, ms, seen)),
    blockingThreshold: thresholds.blockingThreshold,
    lagKnown: lag !== undefined,
    tasksKnown: taskLog.asked,
    // The turn that runs is the loop's, too.
    loopLag: loopLag?.stats(seen.pendingMs),
    leftovers: () => apart(left)
  }
}
