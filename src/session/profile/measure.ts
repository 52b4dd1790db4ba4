import { isAbsolute, relative } from 'node:path'
import { type Observed, ownMs, type RuleContext } from '../../analysis/profile.ts'
import type { Confidence } from '../../model/finding.ts'
import type { PlacedSyncCall } from '../../model/measured.ts'
import type { BlockingCall, Task } from '../../model/profile.ts'
import { toCulprit, toVictims } from '../scope/culprit.ts'
import type { Scope, Stretch } from '../scope/scope.ts'
import type { SyncCall } from '../scope/sync-call-list.ts'
import type { Session } from '../session.ts'
import type { Locator } from '../source/locate.ts'
import { isUnseen } from '../stalls/stretches.ts'
import { toStarvation, toSyncCalls } from './observe.ts'
import { requestStatus } from './task-status.ts'
import type { Tasks } from './tasks.ts'

/** What a scope has done up to some moment, not placed in the source yet. */
export interface Seen {
  stretches: readonly Stretch[]
  /** Lag in the turn that has not ended: of the stretch still running, too, what is held against the scope. */
  pendingMs: number
  syncCalls: readonly SyncCall<Scope>[]
}

/** Turns a scope's raw records into plain data with places in the source. */
export interface Measurer {
  /** By now, the stretch still running included. */
  seen(scope: Scope): Seen
  /** Those longer than `ms`: placing one costs a source map. @param seen by now, where it is missing */
  stretches(scope: Scope, ms: number, seen?: Seen): BlockingCall[]
  /**
   * All that findings are made of; stretches longer than the scope's threshold.
   * @param since only what kept the loop from then on
   * @param seen by now, where it is missing
   */
  observe(scope: Scope, rules: RuleContext['rules'], since?: number, seen?: Seen): Observed
  syncCalls(scope: Scope, seen?: Seen): PlacedSyncCall[]
  /** What became of the scope's tasks, for a count. */
  taskStates(scope: Scope): Pick<Task, 'status'>[]
}

/** @param tasks loaded where there are some */
export function createMeasurer(session: Session, locator: Locator, tasks: () => Tasks): Measurer {
  function seenNow(scope: Scope): Seen {
    const open = session.openStretches().filter((each) => scope.includes(each.scope))
    return {
      stretches: [...scope.stretches, ...open],
      pendingMs: session.pendingMs(scope) + open.reduce((sum, stretch) => sum + ownMs(stretch), 0),
      syncCalls: scope.syncCalls.calls.filter((call) => scope.includes(call.scope))
    }
  }
  function stretches(scope: Scope, ms: number, seen: Seen, since = 0): BlockingCall[] {
    return seen.stretches
      .filter(({ durationMs, startMs }) => durationMs > ms && startMs >= since)
      .map((stretch) => toBlockingCall(stretch, scope, locator))
  }
  const syncCalls = (seen: Seen): PlacedSyncCall[] => toSyncCalls(seen.syncCalls, locator)
  return {
    seen: seenNow,
    stretches: (scope, ms, seen = seenNow(scope)) => stretches(scope, ms, seen),
    syncCalls: (scope, seen = seenNow(scope)) => syncCalls(seen),
    // Placing costs a source map: not for rules that are off.
    observe: (scope, rules, since = 0, seen = seenNow(scope)) => ({
      stretches: stretches(scope, scope.thresholds.blockingThreshold, seen, since),
      starved:
        rules['loop-starvation'] === 'off'
          ? []
          : scope.starved.filter(({ startMs }) => startMs >= since).map((turn) => toStarvation(turn, locator)),
      syncCalls: rules['sync-call'] === 'off' || since > 0 ? [] : syncCalls(seen)
    }),
    taskStates: (scope) => [
      ...scope.requests.map((request) => ({ status: requestStatus(request) })),
      // Tasks are followed where somebody asks for them.
      ...(scope.taskLog.records.length === 0 ? [] : tasks().statesOf(scope))
    ]
  }
}

function toBlockingCall(stretch: Stretch, scope: Scope, locator: Locator): BlockingCall {
  const { startMs, durationMs, cpuMs, stolenMs, suspendedMs, collectedMs, evidence, victims } = stretch
  const called = evidence?.source === 'calls' ? evidence : undefined
  const places = evidence && locator.places(evidence)
  return {
    startMs: startMs - scope.startMs,
    durationMs,
    cpuMs,
    stolenMs,
    suspendedMs,
    ...(collectedMs > 0 && { collectedMs }),
    kind: places?.kind ?? 'unknown',
    confidence: confidenceIn(stretch, places?.confidence),
    ...(places?.functionName !== undefined && { functionName: places.functionName }),
    ...(called?.callee !== undefined && { callee: called.callee }),
    ...(called?.detail !== undefined && { detail: called.detail }),
    ...(places?.location && { location: places.location }),
    stack: places?.stack ?? [],
    culprit: toCulprit(stretch.scope),
    victims: toVictims(victims)
  }
}

function confidenceIn(stretch: Stretch, place: Confidence = 'likely'): Confidence {
  if (isUnseen(stretch)) return 'inconclusive'
  return isGuess(stretch) ? 'likely' : place
}

/** Whether nothing but the time tells whose it is. */
const isGuess = ({ guessed = false, scope }: Stretch): boolean => guessed || scope.guessed

/** Relative to the project's root, with forward slashes; Node's own modules, and scripts of `vm`, keep their names. */
export function displayPath(root: string, path: string): string {
  return isAbsolute(path) ? relative(root, path).replaceAll('\\', '/') : path
}
