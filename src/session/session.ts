import { AsyncLocalStorage } from 'node:async_hooks'
import type { BackendName } from '../model/profile.ts'
import { loopTurn, now } from '../node/clock.ts'
import { isOursUrl } from '../our-files.ts'
import { createHooks } from '../probes/async/hooks.ts'
import { createPromises, type Promises } from '../probes/async/promises.ts'
import { createResources, type Resources } from '../probes/async/resources.ts'
import { createTasks } from '../probes/async/tasks.ts'
import { createMarks } from '../probes/cpu-profile/breadcrumbs.ts'
import { createSlices, type LongSlice } from '../probes/event-loop/slices.ts'
import { openThreadClock } from '../probes/event-loop/thread-clock.ts'
import { watchTurns } from '../probes/event-loop/turns.ts'
import { type AsyncScopeWatch, watchAsyncScopes } from '../probes/patches/async-scopes.ts'
import { fakeClockOf } from '../probes/patches/fake-timers.ts'
import { watchFileStreams } from '../probes/patches/file-streams.ts'
import { startSyncCalls, type SyncCalls } from '../probes/patches/sync-calls.ts'
import type { Kept, Scope, Stretch } from './scope/scope.ts'
import type { Source } from './source/sources.ts'
import { isOwnUrl, isRunnerUrl } from './source/user-code.ts'
import { createEvidence, type EvidenceSource } from './stalls/evidence.ts'
import { isAffordable } from './stalls/sampler-policy.ts'
import { splitStretch } from './stalls/split-stretch.ts'
import { starvedTurn } from './stalls/starvation.ts'
import { type AnyStretch, createStretches, EVIDENCE_MS } from './stalls/stretches.ts'
import { createSyncLog } from './stalls/sync-log.ts'
import { createTurns, type Ours } from './stalls/turns.ts'
import { type VictimWatch, watchVictims } from './stalls/victims.ts'
import { withWaitingLine } from './stalls/waiting-line.ts'

export interface SessionOptions {
  backend: BackendName | 'auto'
  captureStacks: boolean
  maxStackDepth: number
  /** Whether the module of a frame is still being evaluated. */
  isLoading(url: string): boolean
  /** The text of a script of the user's. */
  source(url: string): Source | undefined
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

/** Modules that load one another are nobody's, and where no own line is seen, it may be the runner's work. */
const isUsersWork = ({ evidence }: AnyStretch): boolean => evidence !== undefined && evidence.own !== -1 && evidence.kind !== 'module-load'

/** After a first stall the profiler may cost more: where one is, others are. */
const AFTER_STALL = 0.1
/** What hooks cost besides their own lines: V8's way into them. Of 81,000 continuations, 24 ms in our lines were 30 in all. */
const OURS_BESIDE = 1.5
/**
 * In code that runs for the first time, hooks cost what no sample tells: V8 keeps it slow for longer. Up to so much for each
 * continuation, and up to so much of the turn: 24,000 continuations of a mutex took 63 to 87 ms without us, and 138 to 162 with us;
 * 30,000 took 85, and 225 where no profile ran.
 */
const COLD_CALL_MS = 0.005
const SEEN_SHARE = 0.5
const UNSEEN_SHARE = 2 / 3

export function createSession(options: SessionOptions): Session {
  const storage = new AsyncLocalStorage<Scope>()
  const openScopes = new Set<Scope>()
  let closing: Scope[] = []
  const frames = { depth: options.maxStackDepth, isOwn: isOwnUrl, isOurs: isOursUrl, isRunner: isRunnerUrl }
  const threadClock = openThreadClock()
  const stretches = createStretches(threadClock)
  const turns = createTurns(onStarved, oursIn)
  let turnStart = now()
  /** What had been taken out of all slices by then. */
  let excludedBefore = 0
  /** What looks at long slices and turns took, between two slices. */
  let looksMs = 0

  const slices = createSlices<Scope>(onShort, onLong)
  const tasks = createTasks<Scope>({ ...frames, stacks: options.captureStacks })
  const marks = createMarks(slices.start, frames)
  const evidence = createEvidence(options.backend, marks, options.isLoading)
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
  const hooks = createHooks(storage, { slices, tasks, promises, resources, marks }, () => !evidence.sampling())
  const watchers: VictimWatch[] = []
  const late = new Set<Scope>()
  let undos: (() => void)[] = []

  function onShort(scope: Scope | undefined, ms: number): void {
    turns.add(scope, ms, 0)
    stretches.short(ms)
    tasks.credit(ms)
    syncLog.reset()
  }
  function onLong(slice: LongSlice<Scope>): void {
    tasks.credit(slice.durationMs)
    const guess = slice.owner === undefined ? guessOwner(slice) : undefined
    const stretch = { ...stretches.measure(slice), ...(guess && { scope: guess, guessed: true }) }
    const scope = slice.owner ?? guess
    // Not by what others took of it: on a busy machine each look would cut the profile short that a turn of many stretches needs.
    const looked = scope !== undefined && stretch.durationMs - stretch.stolenMs >= Math.min(EVIDENCE_MS, scope.thresholds.blockingThreshold)
    const pieces = looked ? gather(stretch, scope) : [stretch]
    syncLog.reset()
    if (scope === undefined || (guess !== undefined && !pieces.some(isUsersWork))) {
      // Off the CPU, nobody's time is waiting: the sampler's signals hide from libuv how long it was idle.
      turns.add(undefined, Math.min(slice.durationMs, stretch.cpuMs + stretch.stolenMs), stretch.stolenMs)
      return
    }
    const usersMs = pieces.reduce((sum, { durationMs }) => sum + durationMs, 0)
    if (usersMs < slice.durationMs) turns.add(undefined, slice.durationMs - usersMs, 0)
    for (const piece of pieces as Stretch[]) {
      if (guess !== undefined && !isUsersWork(piece)) continue
      const notItsMs = piece.stolenMs + piece.suspendedMs + piece.collectedMs
      turns.add(scope, piece.durationMs, notItsMs)
      turns.stretch(scope, piece.durationMs - notItsMs)
      scope.keep(piece)
      if (looked) watch(piece)
    }
  }
  /** Nobody's work is likely that of the only test that runs, where it is too long for it, and the user's code was seen at it. */
  function guessOwner({ durationMs }: LongSlice<Scope>): Scope | undefined {
    const [only, ...others] = openTests()
    return only !== undefined && others.length === 0 && durationMs > only.thresholds.blockingThreshold ? only : undefined
  }
  const openTests = (): Scope[] => [...openScopes].filter(({ kind, endMs }) => kind === 'test' && endMs === undefined)
  function onStarved(scope: Scope, busyMs: number): void {
    const since = now()
    const turn = starvedTurn(scope, { startMs: turnStart, busyMs }, { evidence, promises, resources, depth: options.maxStackDepth })
    looked(scope, since)
    if (turn === undefined) return
    scope.keepStarved(turn)
    watch(turn)
  }
  /** What the profiler took of a scope's turn besides what is taken out already. */
  function oursIn({ turn }: Scope, busyMs: number): Ours {
    const dearest = (turn.microtasks + turn.callbacks) * COLD_CALL_MS
    if (!evidence.sampling()) return { knownMs: 0, mostMs: Math.min(dearest, turn.ms * UNSEEN_SHARE) }
    const since = now()
    const { oursMs = 0 } = evidence.of({ startMs: turnStart, durationMs: since - turnStart }) ?? {}
    const seenMs = Math.max(0, oursMs - (slices.excludedMs() - excludedBefore)) * OURS_BESIDE * Math.min(1, turn.ms / busyMs)
    slices.exclude(since)
    const mostMs = Math.min(dearest, turn.ms * SEEN_SHARE)
    // A few samples too many must not take a turn away altogether.
    return { knownMs: Math.min(seenMs, mostMs), mostMs }
  }
  function gather(stretch: AnyStretch, scope: Scope): AnyStretch[] {
    const since = now()
    const { blockingThreshold } = scope.thresholds
    const pieces = splitStretch(stretch, syncLog.running(), blockingThreshold, evidence.of).map((piece) => withWaitingLine(piece, promises, options.source))
    if (stretch.durationMs > blockingThreshold && isAffordable(AFTER_STALL)) evidence.arm(true)
    looked(scope, since)
    return pieces
  }
  function looked(scope: Scope, since: number): void {
    const tookMs = now() - since
    scope.overheadMs += tookMs
    looksMs += tookMs
  }
  function watch(kept: Kept): void {
    if (kept.scope.whole.endMs !== undefined) late.add(kept.scope.whole)
    const watcher = watchVictims(kept)
    watchers.push(watcher)
    hooks.onStart = (at, scope) => {
      // In place: this runs for each callback.
      for (let i = watchers.length - 1; i >= 0; i--) if (!watchers[i]!(at, scope)) watchers.splice(i, 1)
      if (watchers.length === 0) hooks.onStart = undefined
    }
  }
  function endTurn(at: number): number {
    const busyMs = turns.end(at, openScopes)
    if (closing.length > 0) {
      for (const scope of closing) {
        openScopes.delete(scope)
        scope.closed = !scope.answersLater
      }
      closing = []
    }
    hooks.turnEnded()
    turnStart = now()
    excludedBefore = slices.excludedMs()
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
      if (hooks.onStart === undefined || openScopes.size < 2) return
      // Timers that came due meanwhile run in the loop's next iteration.
      await loopTurn()
      await loopTurn()
    },
    open(scope) {
      openScopes.add(scope)
    },
    closeInside(scope) {
      for (const open of openScopes) if (open.kind === 'request' && scope.includes(open)) openScopes.delete(open)
    },
    close(scope) {
      // A request ends within a turn that it may have made long.
      if (scope.kind === 'request') closing.push(scope)
      else openScopes.delete(scope)
      if (scope.taskLog !== scope.parent?.taskLog) tasks.release(scope.taskLog)
    },
    openTests,
    takeLate() {
      const taken = [...late]
      late.clear()
      return taken
    },
    load(scope) {
      loading = scope
      hooks.startLoading()
    },
    exclude: (since) => slices.exclude(since),
    async withoutHooks(fn) {
      if (openScopes.size > 1) return false
      hooks.stop()
      try {
        await fn()
      } finally {
        hooks.resume()
      }
      return true
    },
    oursMs: () => slices.excludedMs() + looksMs,
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
      openScopes.clear()
      closing = []
    }
  }
}
