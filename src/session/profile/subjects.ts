import { createAllowance, findAll, findLeftovers, makeProfile, type Observed, type RuleContext } from '../../analysis/profile.ts'
import type { Leftovers } from '../../model/leftovers.ts'
import type { MeasuredSubject } from '../../model/measured.ts'
import type { AsyncProfile } from '../../model/profile.ts'
import type { AllowPattern } from '../../model/results.ts'
import { now } from '../../node/clock.ts'
import type { Scope } from '../scope/scope.ts'
import type { Session } from '../session.ts'
import { type Frozen, freeze } from './frozen.ts'
import type { Measurer } from './measure.ts'
import { measureScope } from './measurement.ts'
import type { Tasks } from './tasks.ts'

export interface SubjectTools {
  session: Session
  measurer: Measurer
  tasks: Tasks
  /** What a scope has left behind by now. */
  leftSoFar(scope: Scope): Leftovers
  allow: readonly AllowPattern[]
  detectBlocking: boolean
  rulesOf(scope: Scope): RuleContext['rules']
  overheadOf(scope: Scope): number
  /** Whether the probes ran then. */
  measuredAt(ms: number): boolean
  detected(observed: Observed): Observed
}

/** What is profiled for the user's own eyes: by `profile()`, `currentProfile()` and matchers. */
export interface Subjects {
  /**
   * The scope by now.
   * @param leftNow whether it is judged by what it has left by now, and whether that is told; else by what it will have left when asked
   */
  measure(scope: Scope, leftNow: 'told' | 'kept' | 'later'): MeasuredSubject
  /** What is known besides of a profile that was given out. */
  ofProfile(profile: AsyncProfile): MeasuredSubject | undefined
}

const NOTHING_LEFT: Leftovers = { resources: [], promises: [], counted: 0 }

export function createSubjects({
  session,
  measurer,
  tasks,
  leftSoFar,
  allow,
  detectBlocking,
  rulesOf,
  overheadOf,
  measuredAt,
  detected
}: SubjectTools): Subjects {
  const profiled = new WeakMap<AsyncProfile, Frozen>()
  /** Of what we do for a scope in the middle of its work, nothing is its own. */
  function apart<T>(scope: Scope, work: () => T): T {
    const since = now()
    try {
      return work()
    } finally {
      scope.overheadMs += now() - since
      session.exclude(since)
    }
  }
  const measure = (scope: Scope, leftNow: 'told' | 'kept' | 'later'): MeasuredSubject =>
    apart(scope, () => {
      const own = rulesOf(scope)
      const seen = measurer.seen(scope)
      const left = leftNow === 'later' ? undefined : leftSoFar(scope)
      const measurement = measureScope(scope, own, seen, { session, measurer, tasks })
      const { apply } = createAllowance(allow)
      const context = { file: scope.file ?? '', rules: own, blockingThreshold: scope.thresholds.blockingThreshold, allow: apply }
      const told = leftNow === 'told' && left !== undefined ? left : NOTHING_LEFT
      const findings = [...findAll(detected(measurement.observed), context), ...findLeftovers({ ...told, rejected: [] }, context)]
      const profile = makeProfile({ ...measurement, overheadMs: overheadOf(scope) }, findings)
      const known = {
        complete: measuredAt(scope.startMs),
        blockingKnown: detectBlocking,
        unseenTasks: scope.unseenTasks,
        passedOver: scope.passedOver
      }
      const frozen = freeze(scope, seen, () => left ?? leftSoFar(scope), { session, measurer, known, apart: (work) => apart(scope, work) })
      profiled.set(profile, frozen)
      return { ...frozen, profile }
    })
  return {
    measure,
    ofProfile(profile) {
      const frozen = profiled.get(profile)
      return frozen && { ...frozen, profile }
    }
  }
}
