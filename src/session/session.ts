import { AsyncLocalStorage } from 'node:async_hooks'
import type { BackendName } from '../model/profile.ts'
import { loopTurn, now } from '../node/clock.ts'
import { isOursUrl } from '../our-files.ts'
import { createHooks } from '../probes/async/hooks.ts'
import { createPromises, type Promises } from '../probes/async/promises.ts'
import { createResources, type Resources } from '../probes/async/resources.ts'
import { createTasks } from '../probes/async/tasks.ts'
import { createBreadcrumbs } from '../probes/cpu-profile/breadcrumbs.ts'
import { createSlices, type LongSlice } from '../probes/event-loop/slices.ts'
import { openThreadClock } from '../probes/event-loop/thread-clock.ts'
import { watchTurns } from '../probes/event-loop/turns.ts'
import { type AsyncScopeWatch, watchAsyncScopes } from '../probes/patches/async-scopes.ts'
import { fakeClockOf } from '../probes/patches/fake-timers.ts'
import { watchFileStreams } from '../probes/patches/file-streams.ts'
import { startSyncCalls, type SyncCalls } from '../probes/patches/sync-calls.ts'
import { createOpenScopes } from './scope/open-scopes.ts'
import type { Scope, Stretch } from './scope/scope.ts'
import type { Script } from './source/sources.ts'
import { isOwnUrl, isRunnerUrl } from './source/user-code.ts'
import { createAttribution } from './stalls/attribution.ts'
import { createEvidence, type EvidenceSource } from './stalls/evidence.ts'
import { splitStretch } from './stalls/split-stretch.ts'
import { createStretches } from './stalls/stretches.ts'
import { createSyncLog } from './stalls/sync-log.ts'
import { createTurns } from './stalls/turns.ts'

export interface SessionOptions {
  backend: BackendName | 'auto'
  captureStacks: boolean
  maxStackDepth: number
  /** Whether the module of a frame is still being evaluated. */
  isLoading(url: string): boolean
  /** A script of the user's, as a parser reads it. */
  script(url: string): Script | undefined
}

/** A running profiler of this thread. All its times are on the scale of `now()`. */
export interface Session {
  readonly storage: AsyncLocalStorage<Scope>
  readonly evidence: EvidenceSource
  readonly syncCalls: SyncCalls
  readonly promises: Promises<Scope>
  readonly resources: Resources<Scope>
  /** Runs `fn` as the scope's code, or as nobody's; slices are cut at both ends. */
  run<T>(scope: Scope | undefined, fn: () => T): T
  /**
   * Runs `fn` as the scope's code from a continuation of its own, so that no frame of ours stands below those of its errors.
   * @param fn what is called, without arguments: bound, if it takes some
   * @param layered whether it is a test's function with all that the runner puts around it, which is the same for all tests
   */
  begin(scope: Scope, fn: () => unknown, layered: boolean): Promise<unknown>
  /** The same for the rest of a callback that is Node's own. */
  enter(scope: Scope): void
  /** The running slice does something for this scope: it is taken for its work, if it is nobody's or the file's. */
  claim(scope: Scope): void
  /** Ends the running slice and turn: what came before and what comes after are different people's work. */
  cutTurn(): void
  /** What the running slice would be if it ended now, where it is long enough to tell. */
  openStretches(): Stretch[]
  /** Lag of a scope in the turn that has not ended, without its running slice. */
  pendingMs(scope: Scope): number
  /** Resolves at once, or after the callbacks that a stall has just held up have run: they are its victims. */
  victimsKnown(): Promise<void>
  /** A scope is open from here until the turn in which it is closed ends: it gets the lag of the whole loop, too. */
  open(scope: Scope): void
  close(scope: Scope): void
  /** Closes all requests inside a scope: those that were neither answered nor aborted. */
  closeInside(scope: Scope): void
  /** The tests that are running. */
  openTests(): Scope[]
  /** Tests whose work kept the loop after their end, since the last call. */
  takeLate(): Scope[]
  /** What modules start from here on, until `start`, is this scope's. */
  load(scope: Scope): void
  /** The time since `since` was ours: nobody's work. */
  exclude(since: number): void
  /** What the profiler took of this thread so far, as far as it is timed: all but the hooks' calls. */
  oursMs(): number
  /** Callbacks and continuations seen so far. */
  hookCalls(): number
  /** Runs `fn` without hooks, unless scopes would miss something: for the measurement of their cost. */
  withoutHooks(fn: () => Promise<void>): Promise<boolean>
  /** Starts the probes for a file, whose global object is given. Between test files they are off: loading a file is not a test's work. */
  start(global: typeof globalThis): void
  stop(): void
}

// Taken at load: tests replace it.
const { then } = Promise.prototype
const done = Promise.resolve()

export function createSession(options: SessionOptions): Session {
  const storage = new AsyncLocalStorage<Scope>()
  const scopes = createOpenScopes()
  const frames = { depth: options.maxStackDepth, isOwn: isOwnUrl, isOurs: isOursUrl, isRunner: isRunnerUrl }
  const stretches = createStretches(openThreadClock())
  const turns = createTurns((scope, ms) => attribution.starved(scope, ms), (scope, ms) => attribution.oursIn(scope, ms))
  const slices = createSlices<Scope>(onShort, onLong)
  const tasks = createTasks<Scope>({ ...frames, stacks: options.captureStacks })
  const breadcrumbs = createBreadcrumbs(slices.start, frames)
  const evidence = createEvidence(options.backend, breadcrumbs, options.isLoading)
  const syncLog = createSyncLog({ depth: options.maxStackDepth, sliceStart: slices.start, isLoading: options.isLoading, ours: slices.exclude })
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
  const attribution = createAttribution({ slices, stretches, turns, syncLog, evidence, promises, resources, hooks, depth: options.maxStackDepth, script: options.script, openTests: scopes.tests })
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
