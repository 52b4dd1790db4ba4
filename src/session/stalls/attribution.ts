import { now } from '../../node/clock.ts'
import { debug } from '../../node/debug.ts'
import type { Hooks } from '../../probes/async/hooks.ts'
import type { Promises } from '../../probes/async/promises/promises.ts'
import type { Resources } from '../../probes/async/resources/resources.ts'
import type { LongSlice, Slices } from '../../probes/event-loop/slices.ts'
import type { Kept, Scope, Stretch } from '../scope/scope.ts'
import type { Script } from '../source/sources.ts'
import type { EvidenceSource } from './evidence.ts'
import { isAffordable } from './sampler-policy.ts'
import { splitStretch } from './split-stretch.ts'
import { starvedTurn } from './starvation.ts'
import { type AnyStretch, EVIDENCE_MS, isUnseen, type Stretches } from './stretches.ts'
import type { SyncLog } from './sync-log.ts'
import type { Ours, Turns } from './turns.ts'
import { type VictimWatch, watchVictims } from './victims.ts'
import { withWaitingLine } from './waiting-line.ts'

export interface AttributionTools {
  slices: Pick<Slices<Scope>, 'exclude' | 'excludedMs'>
  stretches: Stretches
  turns: Turns
  syncLog: Pick<SyncLog, 'running' | 'reset'>
  evidence: EvidenceSource
  promises: Promises<Scope>
  resources: Resources<Scope>
  hooks: Pick<Hooks<Scope>, 'onStart'>
  /** Of stacks that are shown. */
  depth: number
  script(url: string): Script | undefined
  openTests(): Scope[]
}

/** Says whose a slice or turn was that kept the loop, what ran in it, and who had to wait. */
export interface Attribution {
  /** A slice has ended that is long enough to be looked at by itself. */
  attribute(slice: LongSlice<Scope>): void
  /** A turn has ended that a scope's own work made too long, by many callbacks. */
  starved(scope: Scope, busyMs: number): void
  /** What the profiler took of a scope's turn besides what is taken out already. */
  oursIn(scope: Scope, busyMs: number): Ours
  beginTurn(): void
  /** Tests whose work kept the loop after their end, since the last call. */
  takeLate(): Scope[]
  /** Whether somebody still waits to have been held up. */
  watchesVictims(): boolean
  /** What the looks took that are made between two slices. */
  looksMs(): number
}

/** Modules that load one another are nobody's, and where no own line is seen, it may be the runner's work. */
const isUsersWork = ({ evidence }: AnyStretch): boolean => evidence !== undefined && evidence.own !== -1 && evidence.kind !== 'module-load'

/**
 * Between tests the collector cleans up after all of them, and after the runner: where no code of the file's own ran beside it, its pause
 * is nobody's.
 */
const isBareCollection = ({ scope, evidence }: AnyStretch): boolean =>
  scope?.kind === 'file' && evidence?.kind === 'gc' && (evidence.beside?.ms ?? 0) < BESIDE_MS
const BESIDE_MS = 1

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

export function createAttribution({
  slices,
  stretches,
  turns,
  syncLog,
  evidence,
  promises,
  resources,
  hooks,
  depth,
  script,
  openTests
}: AttributionTools): Attribution {
  let turnStart = now()
  /** What had been taken out of all slices by then. */
  let excludedBefore = 0
  let looksMs = 0
  const watchers: VictimWatch[] = []
  const late = new Set<Scope>()

  function attribute(slice: LongSlice<Scope>): void {
    const guess = slice.owner === undefined ? guessOwner(slice) : undefined
    const stretch = { ...stretches.measure(slice), ...(guess && { scope: guess, guessed: true }) }
    const scope = slice.owner ?? guess
    // Not by what others took of it: on a busy machine each look would cut the profile short that a turn of many stretches needs.
    const looked = scope !== undefined && stretch.durationMs - stretch.stolenMs >= Math.min(EVIDENCE_MS, scope.thresholds.blockingThreshold)
    const parts = looked ? gather(stretch, scope) : [stretch]
    syncLog.reset()
    if (scope === undefined || (guess !== undefined && !parts.some(isUsersWork))) {
      // Off the CPU, nobody's time is waiting: the sampler's signals hide from libuv how long it was idle.
      turns.add(undefined, Math.min(slice.durationMs, stretch.cpuMs + stretch.stolenMs), stretch.stolenMs)
      return
    }
    const usersMs = parts.reduce((sum, { durationMs }) => sum + durationMs, 0)
    if (usersMs < slice.durationMs) turns.add(undefined, slice.durationMs - usersMs, 0)
    for (const part of parts as Stretch[]) {
      if (guess !== undefined && !isUsersWork(part)) continue
      if (isBareCollection(part)) {
        turns.add(undefined, part.durationMs, 0)
        continue
      }
      const notItsMs = isUnseen(part) ? part.durationMs : part.stolenMs + part.suspendedMs + part.collectedMs
      turns.add(scope, part.durationMs, notItsMs)
      turns.stretch(scope, part.durationMs - notItsMs)
      scope.keep(part)
      if (looked) watch(part)
    }
  }
  /** Nobody's work is likely that of the only test that runs, where it is too long for it, and the user's code was seen at it. */
  function guessOwner({ durationMs }: LongSlice<Scope>): Scope | undefined {
    const [only, ...others] = openTests()
    return only !== undefined && others.length === 0 && durationMs > only.thresholds.blockingThreshold ? only : undefined
  }
  function starved(scope: Scope, busyMs: number): void {
    const since = now()
    const turn = starvedTurn(scope, { startMs: turnStart, busyMs }, { evidence, promises, resources, depth })
    looked(scope, since)
    if (turn === undefined) return
    scope.keepStarved(turn)
    watch(turn)
  }
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
    const parts = splitStretch(stretch, syncLog.running(), blockingThreshold, evidence.of).map((part) =>
      withWaitingLine(part, promises, script)
    )
    if (stretch.durationMs > blockingThreshold) {
      if (!parts.some(isUsersWork))
        debug(
          '%s: nothing tells the line of a stall of %d ms: %s',
          scope.name,
          Math.round(stretch.durationMs),
          evidence.sampling() ? "no sample has the user's code on it" : 'no CPU profile ran'
        )
      if (isAffordable(AFTER_STALL)) evidence.startSampling(true)
    }
    looked(scope, since)
    return parts
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
  return {
    attribute,
    starved,
    oursIn,
    beginTurn() {
      turnStart = now()
      excludedBefore = slices.excludedMs()
    },
    takeLate() {
      const taken = [...late]
      late.clear()
      return taken
    },
    watchesVictims: () => watchers.length > 0,
    looksMs: () => looksMs
  }
}
