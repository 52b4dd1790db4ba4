import { isAbsolute, relative } from 'node:path'
import { type Measurement, type Observed, ownMs, type RuleContext } from '../../analysis/profile.ts'
import type { PlacedSyncCall } from '../../model/measured.ts'
import type { Location, ScopeRef } from '../../model/place.ts'
import type { BlockingCall, LagStats, Task, TaskStatus } from '../../model/profile.ts'
import { isoAt, now } from '../../node/clock.ts'
import type { TaskRecord } from '../../probes/async/tasks.ts'
import { toCulprit, toVictims } from '../scope/culprit.ts'
import type { Scope, Stretch } from '../scope/scope.ts'
import type { SyncCall } from '../scope/sync-call-list.ts'
import type { Session } from '../session.ts'
import type { Locator } from '../source/locate.ts'
import type { Sources } from '../source/sources.ts'
import { toStarvation, toSyncCalls } from './observe.ts'
import { stateOf } from './task-status.ts'
import { createTaskTree } from './task-tree.ts'

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
   */
  observe(scope: Scope, rules: RuleContext['rules'], since?: number): Observed
  syncCalls(scope: Scope, seen?: Seen): PlacedSyncCall[]
  /** What became of the scope's tasks, for a count. */
  taskStates(scope: Scope): Pick<Task, 'status'>[]
  measure(scope: Scope, rules: RuleContext['rules'], seen: Seen): Measurement
}

export function createMeasurer(session: Session, locator: Locator, sources: Sources): Measurer {
  const tree = createTaskTree(sources.get)

  function seenNow(scope: Scope): Seen {
    const open = session.openStretches().filter((each) => scope.includes(each.scope))
    return {
      stretches: [...scope.stretches, ...open],
      pendingMs: session.pendingMs(scope) + open.reduce((sum, stretch) => sum + ownMs(stretch), 0),
      syncCalls: scope.syncCalls.calls.filter((call) => scope.includes(call.scope))
    }
  }
  function stretches(scope: Scope, ms: number, seen: Seen, since = 0): BlockingCall[] {
    return seen.stretches.filter(({ durationMs, startMs }) => durationMs > ms && startMs >= since).map((stretch) => toBlockingCall(stretch, scope, locator))
  }
  const recordsIn = (scope: Scope): TaskRecord<Scope>[] => scope.taskLog.records.filter(({ owner }) => scope.includes(owner))
  const recordsOf = (scope: Scope): TaskRecord<Scope>[] => recordsIn(scope).filter(tree.isWork)

  function tasks(scope: Scope): Task[] {
    const all = recordsIn(scope)
    const parents = tree.parentsOf(all)
    const requestIds = new Map(scope.requests.map((request, index) => [request, -1 - index]))
    return [
      ...scope.requests.map((request) => requestTask(request, scope, requestIds.get(request)!)),
      ...all.filter(tree.isWork).map((record) => {
        const parentId = parents.get(record.id) ?? requestIds.get(record.owner)
        return toTask(record, scope, parentId, locator)
      })
    ]
  }
  const syncCalls = (seen: Seen): PlacedSyncCall[] => toSyncCalls(seen.syncCalls, locator)
  // Placing costs a source map: not for rules that are off.
  const observe = (scope: Scope, rules: RuleContext['rules'], since = 0, seen = seenNow(scope)): Observed => ({
    stretches: stretches(scope, scope.thresholds.blockingThreshold, seen, since),
    starved: rules['loop-starvation'] === 'off' ? [] : scope.starved.filter(({ startMs }) => startMs >= since).map((turn) => toStarvation(turn, locator)),
    syncCalls: rules['sync-call'] === 'off' || since > 0 ? [] : syncCalls(seen)
  })
  return {
    seen: seenNow,
    stretches: (scope, ms, seen = seenNow(scope)) => stretches(scope, ms, seen),
    syncCalls: (scope, seen = seenNow(scope)) => syncCalls(seen),
    observe: (scope, rules, since) => observe(scope, rules, since),
    taskStates: (scope) => [...scope.requests.map((request) => ({ status: requestStatus(request) })), ...recordsOf(scope).map(stateOf)],
    measure(scope, rules, seen) {
      const { lag } = scope
      const stats = lag?.stats(seen.pendingMs) ?? NO_LAG
      return {
        backend: session.evidence.backend(),
        scope: toScopeRef(scope),
        startedAt: isoAt(scope.startMs),
        durationMs: (scope.endMs ?? now()) - scope.startMs,
        tasks: tasks(scope),
        droppedTasks: scope.taskLog.dropped + scope.droppedRequests,
        observed: observe(scope, rules, 0, seen),
        droppedStretches: scope.droppedStretches,
        blockingThreshold: scope.thresholds.blockingThreshold,
        eventLoopLag: { ...stats, samples: [...(lag?.samples ?? [])], droppedSamples: lag?.droppedSamples ?? 0 },
        overheadMs: scope.overheadMs
      }
    }
  }
}

const NO_LAG: LagStats = { maxMs: 0, meanMs: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 }

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
    confidence: isGuess(stretch) ? 'likely' : (places?.confidence ?? 'likely'),
    ...(places?.functionName !== undefined && { functionName: places.functionName }),
    ...(called?.callee !== undefined && { callee: called.callee }),
    ...(called?.detail !== undefined && { detail: called.detail }),
    ...(places?.location && { location: places.location }),
    stack: places?.stack ?? [],
    culprit: toCulprit(stretch.scope),
    victims: toVictims(victims)
  }
}

/** Whether nothing but the time tells whose it is. */
const isGuess = ({ guessed = false, scope }: Stretch): boolean => guessed || scope.guessed

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

function toTask(record: TaskRecord<Scope>, scope: Scope, parentId: number | undefined, locator: Locator): Task {
  const { id, type, createdMs, endedMs, runMs, frames } = record
  const { status, error } = stateOf(record)
  const ended = status === 'running' ? undefined : endedMs
  const { request } = toCulprit(record.owner)
  const stack = frames.map(locator.frame)
  return {
    id,
    ...(parentId !== undefined && { parentId }),
    type,
    name: nameOf(stack) ?? type,
    status,
    createdAtMs: createdMs - scope.startMs,
    ...(ended !== undefined && { endedAtMs: ended - scope.startMs, durationMs: ended - createdMs }),
    runMs,
    ...(error !== undefined && { error }),
    ...(request && { request }),
    stack
  }
}

function requestTask(request: Scope, scope: Scope, id: number): Task {
  const { method = 'GET', url = '/', name, startMs, endMs } = request
  return {
    id,
    type: 'HTTPREQUEST',
    name,
    status: requestStatus(request),
    createdAtMs: startMs - scope.startMs,
    ...(endMs !== undefined && { endedAtMs: endMs - scope.startMs, durationMs: endMs - startMs }),
    runMs: request.stretches.reduce((sum, { durationMs }) => sum + durationMs, 0),
    request: { method, url },
    stack: []
  }
}

/** One that ended without a response was destroyed before it. */
const requestStatus = ({ endMs, status }: Scope): TaskStatus =>
  endMs === undefined ? 'running' : status === undefined ? 'cancelled' : 'completed'

const nameOf = (stack: readonly Location[]): string | undefined => stack.find(({ functionName }) => functionName)?.functionName

/** Relative to the project's root, with forward slashes; Node's own modules, and scripts of `vm`, keep their names. */
export function displayPath(root: string, path: string): string {
  return isAbsolute(path) ? relative(root, path).replaceAll('\\', '/') : path
}
