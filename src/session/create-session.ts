import { AsyncLocalStorage } from 'node:async_hooks'
import { loopTurn, now } from '../node/clock.ts'
import { isOursUrl } from '../our-files.ts'
import { createHooks } from '../probes/async/hooks.ts'
import { createPromises } from '../probes/async/promises/create-promises.ts'
import type { Promises } from '../probes/async/promises/promises.ts'
import { createResources, type Resources } from '../probes/async/resources/resources.ts'
import { createTasks } from '../probes/async/tasks.ts'
import { createBreadcrumbs } from '../probes/cpu-profile/breadcrumbs.ts'
import { createSlices, type LongSlice } from '../probes/event-loop/slices.ts'
import { openThreadClock } from '../probes/event-loop/thread-clock.ts'
import { watchTurns } from '../probes/event-loop/turns.ts'
import { type AsyncScopeWatch, watchAsyncScopes } from '../probes/patches/async-scopes.ts'
import { fakeClockOf } from '../probes/patches/fake-timers.ts'
import { watchFileStreams } from '../probes/patches/file-streams.ts'
import { startSyncCalls } from '../probes/patches/sync-calls.ts'
import { createOpenScopes } from './scope/open-scopes.ts'
import type { Scope, Stretch } from './scope/scope.ts'
import { isOwnUrl, isRunnerUrl } from './source/user-code.ts'
import { createAttribution } from './stalls/attribution.ts'
import { createEvidence } from './stalls/evidence.ts'
import { splitStretch } from './stalls/split-stretch.ts'
import { createStretches } from './stalls/stretches.ts'
import { createSyncLog } from './stalls/sync-log.ts'
import { createTurns } from './stalls/turns.ts'
import type { Session, SessionOptions } from './session.ts'

// Taken at load: tests replace it.
const { then } = Promise.prototype
const done = Promise.resolve()

export function createSession(options: SessionOptions): Session {
  const storage = new AsyncLocalStorage<Scope>()
  const scopes = createOpenScopes()
  const frames = { depth: options.maxStackDepth, isOwn: isOwnUrl, isOurs: isOursUrl, isRunner: isRunnerUrl }
  const stretches = createStretches(openThreadClock())
  const turns = createTurns(
    (scope, ms) => attribution.starved(scope, ms),
    (scope, ms) => attribution.oursIn(scope, ms)
  )
  const slices = createSlices<Scope>(onShort, onLong)
  const tasks = createTasks<Scope>({ ...frames, stacks: options.captureStacks })
  const breadcrumbs = createBreadcrumbs(slices.start, frames)
  const evidence = createEvidence(options.backend, breadcrumbs, options.isLoading)
  const syncLog = createSyncLog({
    depth: options.maxStackDepth,
    sliceStart: slices.start,
    isLoading: options.isLoading,
    ours: slices.exclude
  })
  const syncCalls = startSyncCalls<Scope>(() => storage.getStore(), syncLog.ended)
  let loading: Scope | undefined
  let global = globalThis
  const promises: Promises<Scope> = createPromises<Scope>({
    isRunner: isRunnerUrl,
    isOwn: isOwnUrl,
    isOurs: isOursUrl,
    callbackCause: () => resources.callbackCause(),
    fakeClock: () => fakeClockOf(global),
    ours: slices.exclude
  })
  const resources: Resources<Scope> = createResources<Scope>({
    ownerNow: () => storage.getStore() ?? loading,
    isRunner: isRunnerUrl,
    isOwn: isOwnUrl,
    inJob: promises.inJob,
    isAround: promises.isAround,
    jobCause: promises.cause,
    ours: slices.exclude
  })
  watchFileStreams(resources.fileStream)
  const hooks = createHooks(storage, { slices, tasks, promises, resources, breadcrumbs }, () => !evidence.sampling())
  const attribution = createAttribution({
    slices,
    stretches,
    turns,
    syncLog,
    evidence,
    promises,
    resources,
    hooks,
    depth: options.maxStackDepth,
    script: options.script,
    openTests: scopes.tests
  })
  let undos: (() => void)[] = []

  function onShort(scope: Scope | undefined, ms: number): void {
    turns.add(scope, ms, 0)
    stretches.short(ms)
    tasks.credit(ms)
    syncLog.reset()
  }
  function onLong(slice: LongSlice<Scope>): void {
    tasks.credit(slice.durationMs)
    attribution.attribute(slice)
  }
  function endTurn(at: number): number {
    const busyMs = turns.end(at, scopes.all())
    scopes.endTurn()
    hooks.turnEnded()
    attribution.beginTurn()
    return busyMs
  }
  function onTurn(at: number): void {
    promises.flush()
    slices.cut(at, undefined)
    slices.syncIdle()
    evidence.busy(endTurn(at))
  }
  /** A callback of an `AsyncResource` runs in a context of its own, inside a slice of its caller's. */
  function enterAsyncScope(): AsyncScopeWatch {
    const outer = storage.getStore()
    let switched = false
    return {
      entered() {
        const inner = storage.getStore()
        switched = inner !== outer
        if (switched) slices.cut(now(), inner)
      },
      left() {
        if (switched) slices.cut(now(), outer)
      }
    }
  }
  return {
    storage,
    evidence,
    syncCalls,
    promises,
    resources,
    run(scope, fn) {
      const outer = storage.getStore()
      slices.cut(now(), scope)
      try {
        return storage.run(scope as Scope, fn)
      } finally {
        slices.cut(now(), outer)
      }
    },
    begin(scope, fn, layered) {
      // Not by `await`, nor in a function of ours: both would show in the stacks of the user's errors.
      return storage.run(scope, () => promises.around(() => Reflect.apply(then, done, [fn]) as Promise<unknown>, layered))
    },
    enter(scope) {
      slices.cut(now(), scope)
      storage.enterWith(scope)
    },
    claim(scope) {
      const here = storage.getStore()
      slices.claim(scope, here?.kind === 'file' ? here : undefined)
    },
    cutTurn() {
      const at = now()
      slices.cut(at, storage.getStore())
      endTurn(at)
    },
    openStretches() {
      const slice = slices.open(now())
      if (slice.owner === undefined || slice.durationMs < 1) return []
      return splitStretch(stretches.peek(slice), syncLog.running(), slice.owner.thresholds.blockingThreshold, evidence.of) as Stretch[]
    },
    pendingMs: turns.pending,
    async victimsKnown() {
      if (!attribution.watchesVictims() || scopes.count() < 2) return
      // Timers that came due meanwhile run in the loop's next iteration.
      await loopTurn()
      await loopTurn()
    },
    open: scopes.open,
    closeInside: scopes.closeInside,
    close(scope) {
      scopes.close(scope)
      if (scope.taskLog !== scope.parent?.taskLog) tasks.release(scope.taskLog)
    },
    openTests: scopes.tests,
    takeLate: attribution.takeLate,
    load(scope) {
      loading = scope
      hooks.startLoading()
    },
    exclude: slices.exclude,
    async withoutHooks(fn) {
      if (scopes.count() > 1) return false
      hooks.stop()
      try {
        await fn()
      } finally {
        hooks.resume()
      }
      return true
    },
    oursMs: () => slices.excludedMs() + attribution.looksMs(),
    hookCalls: () => hooks.counts.promise + hooks.counts.resource,
    start(next) {
      global = next
      loading = undefined
      if (undos.length === 0) undos = [watchTurns(onTurn), watchAsyncScopes(enterAsyncScope)]
      hooks.start()
      slices.cut(now(), undefined)
      slices.syncIdle()
    },
    stop() {
      for (const undo of undos.toReversed()) undo()
      undos = []
      hooks.stop()
      scopes.clear()
    }
  }
}
